"""How customers put what they want of a date or a booking, for the rules in offline_booking.py.

Patterns of the three languages over folded text, beside those of offline_words.py; what the crew is
called and who is in it come from the profile. They answer yes or no, or with the words found.
"""

from __future__ import annotations

import re

from bot.language.numbers import fold
from bot.profile import Profile

_OF_CREW = re.compile(
    r"\W*(?:(?:and|ok|y|pero|but|那)\W+)?(?:(?:does|do|can|will|is) (?:he|she|they|the|our|my"
    r"|chef)\b"
    r"|(?:habla|sabe|cocina)n?\b.{0,30}[?]|(?:他|她|师傅|厨师)(?:会|能|懂))"
)
_JOINS = re.compile(r"\b(?:or|and|y|o|u)\b|[&/,]|或|还是|和|跟|、")
_BOOK = re.compile(
    r"\b(?:book|reserve|hold|lock|schedule|save|grab)\b(?! ?(?:ing|ed|et))|\b(?:i'?ll|we'?ll"
    r"|let'?s)"
    r" (?:take|do|go with|have)\b|\bsounds good\b|\bworks\b|\b(?:reserv|apart|agend)(?:ar|a|e|o"
    r"|amos"
    r"|emos)(?:lo|la|nos|me)?\b|\bme quedo con\b|\bperfecto\b|[预订约]订|[预帮想要]定|预约"
    r"|订(?!单|金)|留(?:位|着|一下)"
    r"|就(?:这|那|要)"
)
_OPEN = re.compile(
    r"\b(?:available|availability|free|open|openings?|booked|taken|any (?:slots?|times?|dates?"
    r"|weekends?|evenings?|\w*days?)"
    r"|which (?:days?|times?|dates?)|what (?:days?|times?|dates?)|do you have"
    r"|disponib\w*|libres?|abiert\w*|hay (?:lugar|fecha|algo|algun)|algun (?:sabado|domingo"
    r"|viernes|dia|fin)|tienen (?:algo|algun|lugar"
    r"|fecha)"
    r"|que (?:dias|horas|horarios|fechas))\b|有(?:空|档期|时间|位)|还有|可以吗|方便吗|哪些?(?:天"
    r"|时间)|空位|空档"
)
_MOVE = re.compile(
    r"\b(?:(?:what|how) about|y (?:el|que tal)|que tal|move|change|switch|resched\w*|push|shift"
    r"|swap"
    r"|postpone|bring forward|instead|different"
    r"|another|mover\w*|mueva\w*|cambi\w*|pasar\w*|pase\w*|reprogram\w*|aplaz\w*|pospon\w*|mejor"
    r"|otr[oa] (?:dia|hora|fecha)|en vez|en lugar)\b|改(?:到|成|为|期|个|天|一下)?|换(?:到|成|个"
    r"|一)?|推迟|提前|挪"
)
_ANOTHER = re.compile(
    r"\b(?:another|second|separate|different|new) (?:party|event|booking|quote)"
    r"|\botr[oa] (?:fiesta|evento|reserva)|另(?:外)?(?:一|的)?\S{0,2}(?:派对|活动|聚会)"
)
_STATUS = re.compile(
    r"^\W*(?:ok\W+|and\W+)*when(?:'?s| is) (?:it|that)(?: again)?\W*$"
    r"|\b(?:what time|when|what day|what date|which day|where)(?:'?s| is| was| are)? (?:(?:my|our"
    r"|the)"
    r" )(?:party|event|booking|reservation|dinner|hibachi|appointment)\b"
    r"|\b(?:am i|are we|is it|is (?:my|our|the) \w+) (?:still )?(?:booked|confirmed|on|set"
    r"|all set)\b"
    r"|\b(?:my|our|the) (?:booking|reservation) (?:details|status|number|code|info)"
    r"|\b(?:details|status) (?:of|on|for) (?:my|our) |\bdid you (?:get|receive) (?:my|our"
    r"|the) deposit"
    r"|\b(?:a que hora|cuando|que dia|para cuando) (?:es|era|tengo|tenemos|quedo) (?:(?:mi|la"
    r"|nuestra"
    r"|el) )?(?:fiesta|evento|reserva|cita)?|\b(?:tengo|tenemos|esta|sigue) (?:\w+ )?(?:una reserva"
    r"|reservad\w|confirmad\w)|\b(?:estado|detalles) de (?:mi|la|nuestra) reserva"
    r"|\brecibieron (?:mi|el) deposito"
    r"|(?:我|我们)的?(?:派对|活动|聚会|预订|预定|订单)\S{0,4}(?:几点|什么时候|哪天|是哪|状态|情况"
    r"|确认)"
    r"|(?:订|定|预订|预定)(?:上|好|成功)了(?:吗|没)|收到\S{0,4}(?:定金|押金)了?(?:吗|没)"
)
_CANCEL = re.compile(
    r"^\W*(?:(?:please|ok|hi|hello|sorry|actually|hola|por favor|lo siento|no)\W+)*"
    r"(?:(?:i|we)(?:'d| would)? ?(?:want|need|have|like|'?ve got)? ?(?:to )?)?cancel\b"
    r"(?! (?:policy|fee))|\b(?:want|need|have|like|can (?:i|we)|please) (?:to )?(?:cancel"
    r"|call off)\b"
    r"|\bcancel (?:it|my|our|the|this|everything|that)\b|\b(?:quiero|queremos|necesito|tengo que"
    r"|tenemos que|puedo|podemos|favor de) cancelar|\bcancel(?:e|en|a|ar)(?:la|lo|me)?\b"
    r"|(?:想|要|得|请|帮我|能|可以)?取消(?!政策|规定|费)"
)
_GIVES_UP = re.compile(
    r"\b(?:cancel\w*|call(?:ing)? (?:it )?off|never ?mind|forget|release|let (?:it|the \w+) go|drop"
    r" (?:it|the (?:hold|date|slot|booking|party))|(?:don'?t|do not|no longer) (?:want|need)"
    r"|not going to|anul\w+|olvid\w+|ya no)\b|取消|不要了|不办|算了|不需要"
)
_POLICY = re.compile(
    r"\b(?:policy|policies|politica\w*|what (?:happens|if)|how (?:late|far|long|many)|if (?:i|we)"
    r"|que pasa|si (?:cancelo|cancelamos|cambio)|(?:solo|nomas|nada mas) (?:para|por) saber"
    r"|just (?:asking|wondering|curious|in case)|no vamos a cancelar|not cancell?ing)\b"
    r"|假如|只是问|现在不取消|政策|规定|如果|要是|万一|多久|怎么算"
)
_SAME_CREW = (
    r"(?:same|that|last|usual|previous|mism[oa]|ultim[oa]|anterior"
    r"|(?:上次|之前|同一?)(?:的|那)?(?:个|位|名)?|那(?:个|位|名))"
)
_SPEAKS = (
    r"\b(?:speaks?|speaking|habl[ae]n?|que hable)\b \w+|\b\w+[- ]speaking\b"
    r"|(?:会|能|懂)(?:说|讲)?(?:中文|普通话|粤语|英文|英语|西班牙语|日语|国语)"
)
_WHO = r"\b(?:who(?:'?s| is| will be| are)?|which|quien(?:es)?(?: es| sera| va)?|cual|que) {crew}"
_WHO_COMES = (
    r"\bwho(?:'?s| is| will be| will)? (?:coming|cooking|come|cook)\b"
    r"|\bquien (?:viene|vendra|cocina)|(?:谁|哪位)(?:会)?(?:来|做)"
)
_SUM = re.compile(
    r"\W*(?:(?:ok|and|so|sorry|hey|wait|again|y|perdon|那)\W+)*"
    r"(?:how much (?:is|was|will|would|does)"
    r" (?:it|that|the total|everything|my (?:party|booking|event|total))"
    r"|what(?:'?s| is| was| will)? (?:be )?(?:my|the|our) (?:new |full |whole )?"
    r"(?:total|price|bill)"
    r"|cuanto (?:es|era|seria|sale|queda|cuesta)|cual es (?:el|mi) (?:total|precio)"
    r"|(?:现在)?(?:一共|总共|总价)(?:是)?(?:多少)?钱?)"
    r"(?:\W+(?:now|again|then|in total|total|altogether|all in|be|cost|come to|for everything"
    r"|ahora|todo|en total|al final|呢|啊))*\W*"
)
_OTHER_TIME = re.compile(
    r"\b(?:any(?:thing| slots?| times?)|something|got|have|is there|possible)\b"
    r".{0,24}\b(?:earlier|later)\b|\b(?:earlier|later) (?:that|the same|in the|on) (?:same )?day"
    r"|\b(?:other|another|different) times?\b"
    r"|\b(?:algo|hay|otra hora|mas)\b.{0,12}(?:temprano|tarde)\b"
    r"|\b(?:otra hora|otras horas|otro horario)\b"
    r"|(?:早|晚)(?:一?点|些)的?(?:时间)?(?:有|行|可以|吗|呢)"
    r"|(?:有|还有)\S{0,4}(?:早|晚)(?:一?点|些)|(?:别|其他|其它)的?时间"
)
_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_OCCASION = re.compile(
    r"\b(?:birthday|anniversary|graduation|wedding|engagement|bridal shower|baby shower|corporate"
    r"|office party|retirement|reunion|bachelorette|christmas party|cumpleanos|aniversario"
    r"|graduacion|boda|quinceanera|bautizo|oficina)\b|生日|周年|毕业|婚礼|公司(?:聚餐|活动|团建)"
    r"|退休|团聚"
)
_MORE = re.compile(
    r"\b(?:make (?:it|that)|now|instead|change|add|more|fewer|less|extra|up to|down to|actually"
    r"|will be|we'?re|we are|there'?ll be|ahora|cambi\w*|mas|menos|agreg\w*|somos|seremos|que sean"
    r"|mejor|update\w*|bring)\b|改|加|多|少|变|减|现在"
)


def joins(words: str) -> bool:
    """Whether words for days name one beside the other."""
    return bool(_JOINS.search(fold(words)))


def wants_hold(text: str) -> bool:
    """Whether a date is to be taken, not only asked about."""
    return bool(_BOOK.search(fold(text)))


def asks_open(text: str) -> bool:
    """Whether it is asked what is free."""
    return bool(_OPEN.search(fold(text)))


def asks_other_time(text: str) -> bool:
    """Whether it is asked what else a day has."""
    return bool(_OTHER_TIME.search(fold(text)))


def asks_sum(text: str) -> bool:
    """Whether it is asked what it comes to, and nothing else."""
    return bool(_SUM.fullmatch(fold(text)))


def wants_move(text: str) -> bool:
    """Whether something that stands is to be otherwise."""
    return bool(_MOVE.search(fold(text)))


def wants_other_party(text: str) -> bool:
    """Whether another event than the booked one is spoken of."""
    return bool(_ANOTHER.search(fold(text)))


def asks_status(text: str) -> bool:
    """Whether it is asked how a booking stands."""
    return bool(_STATUS.search(fold(text)))


def wants_cancel(text: str) -> bool:
    """Whether a booking is to be given up."""
    return bool(_CANCEL.search(fold(text)))


def gives_up(text: str) -> bool:
    """Whether it is said in other words that nothing is wanted any more; a hold goes by that."""
    return bool(_GIVES_UP.search(fold(text)))


def asks_rule(text: str) -> bool:
    """Whether the rules are asked about in general, not this customer's own booking."""
    return bool(_POLICY.search(fold(text)))


def changes_party(text: str) -> bool:
    """Whether a party that was described is to be another, and not a second one."""
    return bool(_MORE.search(fold(text))) and not wants_other_party(text)


def crew_wish(text: str, profile: Profile) -> str:
    """The text where it wishes for somebody of the crew: by name, language or "the same again"."""
    folded = fold(text)
    crew = _crew(profile)
    names = "|".join(re.escape(fold(chef.name)) for chef in profile.chefs.values())
    wished = rf"\b(?:{names})\b|{_SAME_CREW}\W{{0,2}}(?:\w+ )?{crew}|{crew}.{{0,12}}{_SAME_CREW}"
    if re.search(wished, folded) or re.search(_SPEAKS, folded):
        return text[:200]
    return ""


def asks_crew(text: str, profile: Profile) -> bool:
    """Whether it is asked who comes."""
    crew = _crew(profile)
    if re.search(_WHO_COMES, fold(text)):
        return True
    asks = rf"{_WHO.format(crew=r'(?:(?:is|the|our|my|el|la|mi|nuestro) )*')}{crew}"
    return bool(
        re.search(rf"{asks}|(?:哪位|哪个|谁是?)\S{{0,4}}{crew}|{crew}是(?:谁|哪)", fold(text))
    )


def asks_of_crew(text: str) -> bool:
    """Whether it is asked what whoever comes can do: "does he speak Spanish?"."""
    return bool(_OF_CREW.match(fold(text)))


def mailbox(text: str) -> str | None:
    """A mail address in the text."""
    found = _MAIL.search(text)
    return found[0] if found else None


def occasion(texts: tuple[str, ...]) -> str | None:
    """What is celebrated, as far as it was said."""
    found = (_OCCASION.search(fold(text)) for text in reversed(texts))
    return next((each[0] for each in found if each), None)


def _crew(profile: Profile) -> str:
    words = "|".join(re.escape(fold(word)) for word in profile.business.worker.values())
    return rf"(?:{words}|guy|cook|cocinero|师傅)"
