"""How customers put that they do not know yet, will answer later, find it dear, or mind nothing.

Patterns of the three languages over folded text, for the rules in offline_waiting.py; yes or no
only. What a customer really asks for, a discount or a person, is not among them.
"""

from __future__ import annotations

import re

from bot.language.numbers import fold
from bot.language.slot_spelling import real_words

_OH = (
    r"(?:(?:um+|uh+|hm+|oh|well|honestly|sorry|ok|okay|lol|haha|ay|pues|bueno|la verdad|mmm+|eh"
    r"|嗯+|呃|额|哦)[\s,.!，。]{0,3}){0,3}"
)
_UNKNOWN = re.compile(
    rf"\W*{_OH}(?:idk|i ?dunno|dunno|no (?:idea|clue)|i(?:'?m| am)? ?(?:don'?t|do not|not|dont)"
    r" (?:really |quite |exactly )?(?:know|sure|certain|decided)|not (?:really |quite "
    r"|exactly )?sure"
    r"|unsure|undecided|haven'?t (?:decided|figured)|hard to say|tbd|no (?:lo )?se|ni idea"
    r"|no estoy segur[oa]|no (?:lo )?tengo (?:claro|idea|seguro)|no (?:lo )?sabemos"
    r"|(?:todavia|aun) no (?:lo )?(?:se|sabemos|tengo|tenemos|decid\w+)"
    r"|不知道|不清楚|不确定|不一定|没(?:想好|定|决定|数)|还没(?:想好|定|决定)|说不(?:好|准))"
    r"(?:[\s,.]{0,3}(?:yet|when|how many|exactly|really|right now|at the moment|the (?:zip|date)"
    r"|still|todavia|aun|exacto|bien|ahorita|cuantos|cuando|la verdad|呢|啊|还|具体|多少人?|哪天"
    r"|邮编|tbh|sorry|i'?ll lyk|lol|about (?:that|it)))*\W*"
)
_FAMILY = (
    r"(?:wife|husband|hubby|partner|spouse|family|mom|mother|dad|sister|brother|friends?|boss|team"
    r"|kids|guests?|group|coworkers|fiance|girlfriend|boyfriend)"
)
_LATER = re.compile(
    r"\b(?:(?:let|give) me (?:a |some )?(?:check|think|ask|see|talk|get back|find out|figure|sleep"
    r"|discuss|confirm with|confirm how|look|time|minute|min|moment|day|sec|while|double[- ]check)"
    r"|i(?:'?ll| will|'?m going to| am going to)? ?(?:let (?:you|u) know|lyk|get back to (?:you|u)"
    r"|be in touch|think (?:about|on) it|think it over|sleep on it|ask around|text (?:you"
    r"|u) (?:back"
    r"|later)|(?:check|talk|confirm) with (?:my|the|everyone)|reach out later|circle back)"
    rf"|(?:have|need|want|got|like) to (?:think|ask (?:my|the|around|every)|check with|talk (?:to"
    rf"|with|it over)|discuss|see what (?:my|the))|(?:talk|speak|check|ask) (?:to |with )?(?:my"
    rf"|the)"
    rf" {_FAMILY}|can (?:i|we) (?:think|get back|let you know|sleep)|think about it"
    rf"|get back to (?:you|u)"
    r"|need (?:some|more|a bit of|a little) time|not ready (?:yet|to)|just (?:looking|browsing"
    r"|curious|checking|gathering)"
    r"|dej(?:e|a)me (?:\w+ )?(?:consult|pens|ver|pregunt|habl|revis|chec|checar|confirm)\w*"
    r"|lo (?:voy a |tengo que |tenemos que )?(?:pens|consult|platic|habl|coment|discut)\w*"
    r"|(?:le|les|te) (?:aviso|avisare|confirmo (?:luego|despues|manana)|digo (?:luego|despues))"
    r"|(?:tengo|tenemos|debo|hay) (?:que )?(?:preguntar|consultar|hablar|ver con|platicar"
    r"|pensar)\w*"
    r"|(?:luego|despues|mas tarde) (?:le|les|te) (?:digo|aviso|escribo|confirmo)|solo (?:estoy )?"
    r"(?:viendo|preguntando|cotizando))"
    r"|我?(?:们)?(?:再|先|要|得|需要)?(?:想想|想一想|考虑|问问|问一下|商量|看看再说)"
    r"|考虑(?:一下|考虑)|跟\S{1,6}(?:商量|说一下)|(?:回头|晚点|之后|以后|过几天|到时)(?:再)?(?:说"
    r"|回"
    r"|告诉|联系)|再说吧|只是(?:问问|看看)"
)
_OBJECTS = re.compile(
    r"\b(?:(?:too|a (?:bit|little|lil)|kinda|kind of|way too) (?:much|high|steep"
    r"|rich)\b(?! (?:food|for one))"
    r"|(?:so|very|really|quite|pretty|super|too|bit) (?:\w+ )?(?:pricey|costly|steep)|expensive"
    r"|pricey|pricy"
    r"|steep|over (?:my|our|the) budget|out of (?:my|our) (?:budget|price range|league)"
    r"|more than (?:i|we) (?:expected|thought|wanted|can|could|planned|hoped)|can'?t afford"
    r"|cannot afford|that'?s a lot|(?:lot|ton) of money|ouch|yikes|wow that'?s|rip ?off"
    r"|(?:muy|tan|demasiado|bien|un poco) (?:car[oa]|elevado|alto)|carisim[oa]"
    r"|sale (?:muy )?car[oa]"
    r"|se (?:me|nos) (?:sale|pasa)|fuera de (?:mi|nuestro) presupuesto|no (?:me|nos) alcanza"
    r"|mucho dinero)\b|太贵|好贵|有点(?:儿)?贵|挺贵|贵了|这么贵|超(?:出)?预算|那么贵|不便宜"
)
_BARGAINS = re.compile(
    r"\b(?:discounts?|deals?|coupons?|promos?|promotions?|specials?|cheaper|lower (?:the |your )?"
    r"(?:price|rate)|(?:come|go|bring|get) (?:it |that |the price )?down|match|negotia\w*"
    r"|knock|take (?:\w+ )?off|\d+ ?% ?off|bucks? off|\$ ?\d+ off|free (?:chef|travel|stuff|add)"
    r"|best (?:price|you can do)|wiggle room|better price|do (?:better|any better)"
    r"|descuentos?|rebaj\w*|promocion(?:es)?|ofertas?|mas barato|mejor precio|menos precio"
    r"|(?:me|nos) (?:lo|la) deja)\b|优惠|便宜(?:点|一点|些|吗)|打折|折扣|少(?:点"
    r"|一点)(?:钱)?(?:吗|吧)?"
    r"|(?:能|可以)(?:再)?(?:少|降|减)|抹零"
)
_OFFERS_SUM = re.compile(
    r"\b(?:(?:can|could|would|will) (?:you|u|we) (?:please )?(?:do|make|take|accept|go)|how about"
    r"|what"
    r" about|i'?ll (?:pay|give you)|(?:me|nos) lo (?:deja|puede dejar)|puede (?:hacer|dejar)\w*)"
    r"(?: (?:it|that|this|lo|en|por|for|at|to|down to|all of it))*"
    r" \$?\d{3,4}\b(?! ?(?:people|ppl|guests?|personas|pm|am))|\d{3,4}(?:块|元)?(?:行|可以"
    r"|成)(?:吗|不)"
)
_EITHER = re.compile(
    r"\W*(?:(?:oh|ok|um|honestly|well|pues|bueno|那|嗯|其实)\W+)*(?:(?:either|any|anything"
    r"|whichever|whatever|both|all)(?: (?:one|ones|day|days|time|times|date|dates|of (?:them|those"
    r"|the two)|works?|is|are|would|will|do|be|fine|ok|okay|good|great|for (?:us|me)|please|you"
    r"|like|want|is best|best|have|got|open|available|perfect|can))*|(?:it )?(?:does ?n[o']?t|dont"
    r"|doesnt) matter(?: to (?:us|me))?|no preference|i(?:'?m| am) (?:flexible|easy|open)"
    r"|we(?:'?re| are) flexible|you (?:pick|choose|decide)|up to you|surprise me|first available"
    r"|cualquier[ao]?(?: de (?:los|las) dos| dia| hora| fecha| esta bien| me sirve)*|(?:las"
    r"|los) dos"
    r"(?: (?:estan bien|me sirven|por favor))?|ambos?|ambas|me da igual|da (?:igual|lo mismo)"
    r"|la que sea|el que sea|usted (?:elija|escoja|decida)|como (?:guste|quiera)"
    r"|(?:两个|哪个|哪天|什么时间|都|随便|任意)(?:哪个|哪天|时间)?(?:都)?(?:可以|行|好|没问题|方便"
    r"|要)?|都(?:可以|行|好)|随便|你(?:们)?定|您(?:来)?(?:定|选)|无所谓)(?:\W+(?:please|thanks"
    r"|thank you|gracias|por favor|谢谢|吧))*\W*"
)
_BOTH = re.compile(
    r"\b(?:both|all of (?:them|those)|los dos|las dos|amb[oa]s)\b|两(?:个|天)都|都要"
)
_ANAPHORA = re.compile(
    r"\W*(?:(?:and|but|so|y|pero)\W+)?(?:is|was|would|will|does|do|can|could|es|seria|esta|se)"
    r" ?(?:that|this|it|they|those|eso|esto)?(?: be| all)? ?"
    r"(?:ok|okay|possible|fine|alright|all right|good|enough|doable|allowed|work|an? (?:issue"
    r"|problem)"
    r"|too (?:many|few|small|big|late|soon|much)|right|correct|posible|bien|suficiente|puede)"
    r"(?: for (?:you|u|us)| with you)?\W*|(?:这样)?(?:可以|行|够|好)(?:吗|不|么)\W*"
)
_FEELINGS = re.compile(
    r"\b(?:how(?:'?s| is| was| has) (?:your|ur|the) (?:day|night|week|weekend|morning|evening)"
    r"|how (?:are|r) (?:things|y'?all|you guys)|how (?:you|u) doin\w*|what'?s (?:up|new)|wassup"
    r"|hope (?:you(?:'?re| are)|all is)|nice to (?:meet|talk)|(?:que )?tal (?:su|tu) (?:dia|semana)"
    r"|como (?:le|te) va|todo bien por|espero que este)\b|(?:今天|最近)(?:怎么样|好吗|忙吗)|吃了吗"
)


def is_unknown(text: str) -> bool:
    """Whether it is said, and nothing more, that something is not known yet."""
    return bool(_UNKNOWN.fullmatch(fold(text)))


def is_later(text: str) -> bool:
    """Whether an answer is put off."""
    return bool(_LATER.search(fold(text)))


def objects(text: str) -> bool:
    """Whether the price is found too high, without a bargain being asked for."""
    return bool(_OBJECTS.search(fold(text))) and not bargains(text)


def bargains(text: str) -> bool:
    """Whether a lower price is asked for."""
    return bool(_BARGAINS.search(fold(text)))


def offers_sum(text: str) -> bool:
    """Whether a sum is offered: "can you do 1200?"."""
    return bool(_OFFERS_SUM.search(fold(text)))


def is_either(text: str) -> bool:
    """Whether any of what was offered will do."""
    return bool(_EITHER.fullmatch(fold(text)))


def is_both(text: str) -> bool:
    """Whether all of what was offered is meant."""
    return bool(_BOTH.search(fold(text)))


def asks_nothing_new(text: str) -> bool:
    """Whether a question only points back: "is that ok?"; no article answers it."""
    return bool(_ANAPHORA.fullmatch(fold(text)))


def is_chat(text: str) -> bool:
    """Whether it is asked how we are, and the like."""
    return bool(_FEELINGS.search(fold(text)))


def is_gibberish(text: str) -> bool:
    """Whether Latin letters make no word of any language we know."""
    words = [word for word in re.findall(r"[a-z]{2,}", fold(text)) if len(word) > 2]
    if not words or re.search(r"[\u2e80-\u9fff\d]", text):
        return False
    return not any(word in real_words() for word in words)
