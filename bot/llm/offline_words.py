"""What plain words in a text tell the offline model, beyond the intent that was read from it.

Patterns of the three languages over folded text; words of the trade come from the profile. They
answer yes or no, or name a phrase, and decide nothing by themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.language.numbers import fold, parse_numbers
from bot.llm.offline_waiting_words import asks_nothing_new, is_chat
from bot.profile_kinds import Named

if TYPE_CHECKING:
    from bot.llm.offline_facts import Facts

TALK = frozenset({"greeting", "thanks", "affirm", "deny", "small_talk", "unclear", "feedback"})
_PERSON = re.compile(
    r"\b(?:(?:talk|speak|chat|connect|transfer)\w*\s+(?:me\s+)?(?:to|with)\s+(?:a|an|the|some"
    r"|your|real|someone)?\s*(?:real |live |actual )?"
    r"(?:person|human|someone|somebody|agent|manager|representative|rep|owner|staff)|real person"
    r"|human please|(?:a|real) human"
    r"|(?:call|phone) me|hablar con (?:una|alguna|un|alguien|el|la)?\s*(?:persona|humano|agente"
    r"|alguien|encargad\w|gerente|duen\w)"
    r"|persona real|un humano)\b|转人工|人工客服|找人工|真人|跟人(?:说|聊)|找(?:你们)?(?:经理"
    r"|老板|工作人员)"
)
_CANCEL = re.compile(
    r"\b(?:cancel\w*|call off)\b.{0,24}\b(?:booking|reservation|event|party|order|appointment"
    r"|date)\b"
    r"|\bcancel\w*\b.{0,24}\b(?:reserva|reservacion|evento|fiesta|cita|pedido)\b"
    r"|取消.{0,6}(?:预订|预定|订单|活动|聚会)"
    r"|(?:预订|预定|订单).{0,6}取消"
)
_BOOKING = re.compile(
    r"\b(?:my|our|the) (?:booking|reservation|event|appointment)\b|\bbooked\b|\b(?:mi|nuestra"
    r"|la) (?:reserva|reservacion|cita)\b"
    r"|\breserve\b.*\bya\b|我的?(?:预订|预定|订单)|(?:已经|之前)[预订定]"
)
_WANTS_BOOKING = re.compile(
    r"\b(?:(?:want|like|ready|need|how (?:do|can) (?:i|we)|can (?:i|we)|let'?s|please"
    r"|go ahead and)\b.{0,18}\b(?:book|reserve|lock (?:it )?in"
    r"|schedule)|book (?:it|this|us|me)|are you (?:free|available|open|booked)"
    r"|do you have (?:any )?(?:availability|openings?)"
    r"|quiero (?:reservar|apartar)|quisiera (?:reservar|apartar)|(?:me gustaria|vamos a) reservar"
    r"|reservemos|reservarlo"
    r"|(?:tienen|hay) (?:disponib\w+|fecha|lugar)|estan disponibles?)\b|(?:想|要|可以"
    r"|帮我)(?:预订|预定|订)|有(?:空|档期|时间)吗|还有位"
)
_PRICE = re.compile(
    r"\b(?:price|prices|pricing|quote|cost|costs|how much|total|estimate|rate|rates|precio"
    r"|precios|cuanto (?:cuesta|sale|seria|es|cobran"
    r"|vale)|cotiza\w*|presupuesto|kuanto|cotizacion)\b|多少钱|价格|报价|费用|怎么收费|几钱"
)
_RULE = re.compile(
    r"\b(?:policy|policies|rules?|what (?:happens|if)|how (?:do|does|far|late|long|many days)"
    r"|can i (?:still )?(?:cancel|reschedule|change)"
    r"|do i get|if (?:i|we)|refundable|politica|que pasa si|si (?:cancelo|cambio|llueve)|se puede"
    r"|que pasa(?:ria)? con|reembolsable|puedo (?:cancelar|cambiar)|(?:solo|nomas|nada mas)"
    r" (?:para|por) saber|just (?:asking|wondering|curious|in case))\b"
    r"|政策|规定|万一|假如|要是|只是问|现在不取消|如果.{0,12}(?:怎么办|可以|能|退)|可以(?:取消|改期|退)吗|能退"
)
_POLICY = re.compile(r"\b(?:policy|policies|politicas?)\b|政策|规定")
_QUESTION_WORD = re.compile(
    r"^(?:\W*(?:and|also|but|oh|hi|hey|hello|ok|y|tambien|pero|hola)\W+)*(?:what|which|who|when"
    r"|where|why|how|do|does|did|is|are|can|could"
    r"|will|would|should|may|que|cual|cuales|quien|cuando|donde|como|cuanto|cuanta|cuantos|tienen"
    r"|hacen|pueden|puedo|hay|necesito|aceptan"
    r"|traen|incluye|ofrecen)\b|[吗呢]|什么|怎么|多少|多久|多长时间|是否|可不可以|能不能|有没有|哪|几点"
    r"|需要.{0,8}吗"
)
_YES = re.compile(
    r"^\W*(?:yes|yep|yeah|yea|ya|sure|ok|okay|please|please do|yes please|sounds good|go ahead"
    r"|do it|perfect|great|si|sip|claro|dale|por favor"
    r"|de acuerdo|perfecto|bueno|esta bien|vale|好|好的|可以|行|要|需要|是|是的|对|嗯|麻烦了"
    r"|没问题)(?:\W+(?:please|thanks|thank you|that works|por favor"
    r"|gracias|do|that'?s fine|claro|谢谢))*\W*$"
)
_NO = re.compile(
    r"^\W*(?:no|nope|nah|not (?:now|yet)|no thanks|no thank you|never ?mind|maybe later"
    r"|no gracias|ahora no|todavia no|despues"
    r"|不用|不用了|不要|不需要|没有|算了|暂时不用|先不用)(?:\W+(?:thanks|thank you|gracias"
    r"|谢谢))?\W*$"
)
_TALK = (
    (
        "thanks",
        re.compile(
            r"^\W*(?:(?:ok|okay|great|perfect|cool|awesome|muy bien|ok,?|好的?)\W+)?(?:thank(?:s"
            r"| you)|thx|ty|tysm|gracias|muchas gracias|mil gracias|谢谢|多谢|感谢)"
            r"(?:\W+(?:so much|a lot|very much|again|you|u|for (?:the|your) \w+|por (?:la|el"
            r"|su) \w+|你|您|了|啊))*\W*$"
        ),
    ),
    (
        "bye",
        re.compile(
            r"^\W*(?:bye|goodbye|good night|see (?:you|ya)|talk (?:soon|later)|have a (?:good"
            r"|great|nice) \w+|adios|hasta luego|chao|nos vemos|buenas noches|再见|拜拜"
            r"|晚安)\W*(?:thanks|gracias|!|谢谢)*\W*$"
        ),
    ),
    (
        "greeting",
        re.compile(
            r"^\W*(?:hi|hii+|hello|helo|hey|heya|yo|sup|good (?:morning|afternoon|evening)"
            r"|hi there|hello there|hey there|hola|buenas|buenos dias|buenas tardes"
            r"|que tal|你好|您好|哈喽|嗨|在吗|早上好|下午好|晚上好)(?:\W+(?:there|team|all"
            r"|anyone there|buenas|buenas tardes|que tal|chef|guys))*\W*$"
        ),
    ),
    (
        "small_talk",
        re.compile(
            r"\b(?:how are (?:you|u)|how'?s it going|are you (?:a |an )?(?:bot|robot|human|ai"
            r"|real|real person|person)|who are you|who(?:'?s| is) this|what are you"
            r"|what'?s your name"
            r"|como esta(?:s|n)?|eres (?:un )?(?:robot|bot|humano|real)|quien eres"
            r"|como te llamas)\b|你是(?:谁|机器人|真人|人)|你好吗|你叫什么"
        ),
    ),
)
_SPLIT = re.compile(
    r"(?<=[.!?。！？\n;])\s{0,3}|\n|，(?=[^，]{0,80}[吗呢？])"
    r"|[,\s]\s{0,3}(?:(?:and|also|plus|y|e|tambien|ademas)\s{1,3}){0,2}(?=(?:what(?:'?s| is| are)"
    r"|do (?:you|we|i)|does the|can (?:i|we|you)|is (?:it|there|the|your|that|this)|are (?:there"
    r"|the|you|your)"
    r"|(?:could|would|will) (?:you|we|it|the)|who|where|when|which|whether"
    r"|how (?:do|does|long|far|late|early)"
    r"|que (?:incluye|pasa)|cual(?:es)? (?:es|son)|puedo|puedes?|tienen|hay|dan"
    r"|aceptan|traen|incluyen?)\b)",
    re.IGNORECASE,
)
_OF_US = re.compile(
    r"\b\w{1,12} of (?:us|them|(?:our|my|the) \w{1,12}) (?:is|are|will be) "
    r"|\b\w{1,10} de (?:nosotr[oa]s|ell[oa]s|los invitados) (?:es|son|somos) "
    r"|我们(?:这边)?(?:里面|当中)?有?\S{1,2}[个位]人?(?:是)?",
    re.IGNORECASE,
)
"""How many of the guests it is about says nothing of what is asked."""
_SAYS_MORE = re.compile(
    r"[^\W\d_]{3,20}\W{1,3}(?:[^\W\d_]{1,2}\W{1,3})?[^\W\d_]{3}|[\u4e00-\u9fff]{2}"
)
"""More than the "is it" that a sentence on the price may end with."""
_UNIT = re.compile(
    r"\b(?:per|each|a) (?:person|head|kid|child|adult|guest|mile)\b|\bpor (?:persona|nino|adulto"
    r"|milla)\b|每人|一位多少|一个人多少|人均|起步价"
)


def spoken_handover(text: str) -> str:
    """ "person" or "cancel" where the words themselves leave no doubt; empty otherwise."""
    folded = fold(text)
    if _PERSON.search(folded):
        return "person"
    return "cancel" if _CANCEL.search(folded) else ""


def names_booking(text: str) -> bool:
    """Whether a booking that exists is spoken of."""
    return bool(_BOOKING.search(fold(text)))


def wants_booking(text: str) -> bool:
    """Whether a date is wished for or asked about."""
    return bool(_WANTS_BOOKING.search(fold(text)))


def wants_price(text: str) -> bool:
    """Whether a price is asked for."""
    return bool(_PRICE.search(fold(text)))


def is_rule_question(text: str) -> bool:
    """Whether the rules are asked about, not acted on: "what if it rains", "can I cancel?"."""
    folded = fold(text)
    return bool(_POLICY.search(folded)) or (bool(_RULE.search(folded)) and is_question(text))


def is_question(text: str) -> bool:
    """Whether a text asks something."""
    folded = fold(text).strip()
    return bool(re.search("[?？¿]", folded)) or bool(_QUESTION_WORD.search(folded))


def is_yes(text: str) -> bool:
    """Whether a text only agrees."""
    return bool(_YES.match(fold(text).strip()))


def is_no(text: str) -> bool:
    """Whether a text only declines."""
    return bool(_NO.match(fold(text).strip()))


def small_talk(facts: Facts) -> str:
    """ "greeting", "thanks", "bye" or "small_talk" where a text is nothing else."""
    folded = fold(facts.text).strip()
    return next((name for name, pattern in _TALK if pattern.search(folded)), "")


def side_question(text: str) -> str:
    """What of a text asks something other than a party's price; empty where nothing does."""
    asked = []
    for sentence in _SPLIT.split(text):
        asks = bool(_SAYS_MORE.search(sentence)) and is_question(sentence)
        asks = asks and not _counts(sentence)
        asks = asks and not asks_nothing_new(sentence) and not _is_talk(sentence)
        if asks and not wants_price(sentence) and not wants_booking(sentence):
            asked.append(sentence.strip(" ,"))
    return "\n".join(
        f"{part}?" if len(asked) > 1 and part[-1] not in "?？" else part for part in asked
    )


def asked_of_articles(text: str) -> str:
    """The text up to its last question: what is told after it is no question of its own."""
    text = _OF_US.sub("", text)
    marks = [match.end() for match in re.finditer(r"[?？]+", text)]
    rest = text[marks[-1] :] if marks else ""
    is_told = len(rest.strip()) > 1 and not is_question(rest)
    return text[: marks[-1]] if is_told else text


def _is_talk(sentence: str) -> bool:
    """Whether it greets, or asks how we are."""
    folded = fold(sentence).strip()
    return is_chat(sentence) or any(pattern.search(folded) for _, pattern in _TALK)


def _counts(sentence: str) -> bool:
    return bool(parse_numbers(sentence, "en"))


def is_unit_question(facts: Facts) -> bool:
    """Whether a list price is asked about, not a party's: "how much is lobster?", "per person?"."""
    folded = fold(facts.text)
    if _UNIT.search(folded) or facts.intent == "price_detail":
        return True
    service = facts.profile.service()
    things = (*service.options.values(), *service.add_ons.values(), *service.extras.values())
    return any(_names(thing, folded) for thing in things)


def _names(thing: Named, folded: str) -> bool:
    spelled = (fold(word) for spoken in thing.words.values() for word in spoken)
    return any(
        re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", folded)
        if word.isascii()
        else word in folded
        for word in spelled
        if len(word) > 3 or not word.isascii()
    )


def dish_name(facts: Facts, kind: str, code: str) -> str:
    """What we call an option, add-on or extra."""
    service = facts.profile.service()
    tables = {"option": service.options, "add_on": service.add_ons, "extra": service.extras}
    return facts.profile.say(tables[kind][code].name, facts.language)
