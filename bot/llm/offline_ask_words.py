"""How customers put what they ask on the way: who we are, sums, single prices, the area, how to.

Patterns of the three languages over folded text, beside those of offline_words.py; yes or no only.
"""

from __future__ import annotations

import re
from decimal import Decimal

from bot.language.numbers import fold, parse_numbers
from bot.llm.offline_facts import Facts
from bot.llm.offline_words import spoken_handover

_SUM_FROM, _SUM_TO = Decimal(100), Decimal(9_999)
"""A bare number that may be a sum of a quote: more than most parties, less than a ZIP code."""
_IDENTITY = re.compile(
    r"\b(?:are|r) (?:you|u) (?:really )?(?:a |an )?(?:real |actual |live )?(?:person|human|bot"
    r"|robot|ai|machine|real)\b"
    r"|\b(?:am i|i'?m i|is this) (?:really )?(?:talking|speaking|chatting|texting)? ?(?:to |with )?"
    r"(?:a |an )?(?:real |live )?(?:person|human|bot|robot|ai|machine)\b"
    r"|\b(?:eres|es usted|es esto|estoy hablando con) (?:un |una )?(?:robot|bot|human[oa]|maquina"
    r"|ia|persona(?: real)?)\b"
    r"|你是(?:不是)?(?:机器人|真人|人工|人吗)|是真人吗|是机器人吗"
)
_WRONG_NUMBER = re.compile(
    r"\bwrong (?:number|person|chat)\b|\bnumero equivocado\b|\bme equivoque de (?:numero|persona)\b"
    r"|(?:发|打|加)错(?:了|人|号)"
)
_STAY = re.compile(
    r"\b(?:don'?t|do not|never) stop (?:texting|messaging|writing|sending)\b"
    r"|\bno (?:deje|dejes|pare) de (?:escribir|mandar)|别停"
)
_WHY = re.compile(
    r"\b(?:why|how come|doesn'?t add up|do the math|por que|no cuadra)\b|为什么|为何|怎么会|怎么是"
    r"|算错"
)
_SUM = re.compile(
    r"\b(?:total|price|cost|deposit|quote[ds]?|minimum|said|told|bill|amount|precio|deposito"
    r"|minimo|dijo|dijiste|dijeron|cuenta)\b|\$|合计|总共|总价|定金|押金|价格|最低|说"
)
_DEPOSIT = re.compile(r"\bdeposit|\bdeposito|定金|押金")
_GUESTS = re.compile(
    r"\b(?:guests?|people|ppl|persons?|adults?|kids?|child(?:ren)?|of us|invitados?|personas?"
    r"|adultos?|ninos?|gente)\b|人|位|大人|小孩|孩子"
)
_PAYMENT = re.compile(
    r"\b(?:paid|charged|refund me|money back|my (?:money|refund|card)|venmo'?d|zelled|pague|pagado"
    r"|cobraron|mi (?:dinero|reembolso|tarjeta)|devuelv\w+)\b|已付|付了|付过|扣了|退我|退钱|我的钱"
)
_SAYS_PAID = re.compile(
    r"\b(?:i|we)(?:'?ve| have)? (?:already |just )?(?:paid|venmo'?d|zelled"
    r"|sent (?:the|my|our|you (?:the|a|my)) (?:\$?\d+ )?(?:deposit|money|payment))\b"
    r"|\b(?:ya )?(?:pague|pagamos|he pagado|hice el (?:pago|deposito)|envie el (?:pago|deposito)"
    r"|mande el (?:pago|deposito))\b|(?:已经?|刚)(?:用?\w{0,8})?(?:付|转|交)\S{0,6}"
    r"|(?:付|转|交)(?:过|了)(?:定金|押金|钱)"
)
_RECEIPT = re.compile(
    r"\b(?:did (?:you|it) (?:get|receive|arrive|come)|(?:you|u) (?:get|got) it|received it|le llego"
    r"|lo recibi\w*|ya llego|llego bien)\b|收到"
)
_PAYING = re.compile(
    r"\b(?:refund\w*|money|charged|overcharg\w*|paid|pay\w*|deposit\w*|venmo\w*|zelle\w*|card|cash"
    r"|checks?|invoices?|receipts?|bills?|billed|billing|disput\w*|owe\w*|reembols\w*|devuelv\w*"
    r"|devoluc\w*|pag\w+|cobr(?:ar|o|aron|ado)\w*|dinero|tarjeta|efectivo|transfer\w*|factura"
    r"|recibo)\b"
    r"|退|钱|付|扣款|账|帐|发票|转|定金|押金"
)
_PRICE = re.compile(
    r"\b(?:pric\w+|cost\w*|rates?|charge[sd]?|dollars?|bucks?|quote|total|precios?|cuesta"
    r"|cotiza\w*)\b"
    r"|\$|价|费"
)
_CONTENTS = re.compile(
    r"\b(?:includ\w+|what do (?:i|we|you) get|comes? with|how much (?:space|room|area|time|notice"
    r"|food|propane|rice|food|parking)|inclu\w+|que trae|viene con|cuanto (?:espacio|lugar"
    r"|tiempo))\b"
    r"|包(?:含|括)|含什么|都有(?:什么|哪些)|多大(?:地方|空间)|多少(?:地方|空间|时间)"
)
_PER_UNIT = re.compile(
    r"\b(?:per|each|a) (?:person|head|kid|child|adult|guest)\b"
    r"|\bpor (?:persona|nino|adulto|cabeza|invitado)\b|每人|每位|人均|(?:一位|一个人|一人)多少"
    r"|多少钱(?:一位|一个人|一人|每)"
)
_AREA = re.compile(
    r"\b(?:do|would|will|can|could) (?:you|u|ya|y'?all)(?: guys| all)? (?:also |even )?(?:come|go"
    r"|travel|serve|service|cover|drive|get) |\b(?:service|serving) area\b|\bin your area\b"
    r"|\b(?:atienden|van|llegan|vienen|cubren|viajan|dan servicio|trabajan) (?:a|en|hasta|por)\b"
    r"|(?:来|去|到|服务|覆盖)\S{0,10}(?:吗|么|不)|(?:来|去)不(?:来|去)"
)
_HOW = re.compile(
    r"\bhow (?:do|does|can|would|to|should)\b|\b(?:what|which) (?:are (?:the|your) )?(?:start )?"
    r"(?:times?|hours|days|slots?|time slots?)\b|\btime slots?\b"
    r"|\b(?:que|cuales son los) (?:horarios?|horas|dias)\b|\bcomo (?:reservo|se reserva|hago|puedo"
    r"|le hago|aparto|funciona)|怎么(?:预订|预定|预约|订|约)|如何|哪些?时间|时间段|几点(?:可以|有)"
)
_HABIT = re.compile(
    r"\b(?:work|open|closed|operate|run|cater|serve|do (?:parties|events|weekdays|weekends))\b"
    r".{0,20}\b(?:\w{3,6}days|weekends|holidays)\b"
    r"|\b(?:trabajan|abren|cierran|atienden|dan servicio|hacen (?:fiestas|eventos))\b.{0,20}\b"
    r"(?:los (?:lunes|martes|miercoles|jueves|viernes|sabados|domingos)|entre semana"
    r"|fines de semana)"
    r"|(?:周|星期|礼拜)[一二三四五六日天末](?:也|都|还)?(?:上班|营业|工作|接单|开门|休息)"
)
_TAKES_OFF = re.compile(
    r"\b(?:skip|drop|remove|take (?:off|out)|leave (?:off|out)|no need for|quit[ea]\w*|sin)\b"
    r" (?:the|any|those|all|el|la|los|las)\b|(?:不要|去掉|取消)(?!吗)"
)
_COMPLAINS = re.compile(
    r"\b(?:late|rude|cold|raw|burnt|awful|terrible|horrible|worst|bad|never (?:came|showed|arrived)"
    r"|no[- ]show|disappoint\w*|missing|sick|dirty|broke\w*|unacceptable|complain\w*|forgot|tarde"
    r"|groser[oa]|fri[oa]|crud[oa]|mal[oa]?|pesim[oa]|nunca lleg\w+|enferm\w+|quej\w+|olvid\w+)\b"
    r"|迟到|态度|投诉|难吃|生的|没来|太差|糟|忘"
)


def speaks_of_paying(text: str) -> bool:
    """Whether money that was or is to be paid is spoken of, and not a price alone."""
    return bool(_PAYING.search(fold(text)))


def speaks_of_price(text: str) -> bool:
    """Whether a price is spoken of."""
    return bool(_PRICE.search(fold(text)))


def asks_contents(text: str) -> bool:
    """Whether it is asked what a price includes, or how much of something else there is."""
    return bool(_CONTENTS.search(fold(text)))


def asks_identity(text: str) -> bool:
    """Whether it is asked, and nothing more, if a person or a machine is writing."""
    rest, found = _IDENTITY.subn(" ", fold(text))
    return bool(found) and not spoken_handover(rest)


def is_wrong_number(text: str) -> bool:
    """Whether the customer meant somebody else."""
    return bool(_WRONG_NUMBER.search(fold(text)))


def wants_us_to_stay(text: str) -> bool:
    """Whether we are asked to keep writing."""
    return bool(_STAY.search(fold(text)))


def asks_why(text: str) -> bool:
    """Whether a reason or a sum is doubted."""
    return bool(_WHY.search(fold(text)))


def names_sum(text: str) -> bool:
    """Whether a price is spoken of, by word or figure."""
    return bool(_SUM.search(fold(text))) or _has_sum(text)


def states_sum(text: str) -> bool:
    """Whether the customer says a sum themselves: "so 650 in total?", "you said $300"."""
    folded = fold(text)
    return bool(_SUM.search(folded)) and _has_sum(text) and not _GUESTS.search(folded)


def _has_sum(text: str) -> bool:
    return any(_SUM_FROM <= number.value <= _SUM_TO for number in parse_numbers(text, "en"))


def names_deposit(text: str) -> bool:
    """Whether the deposit is spoken of."""
    return bool(_DEPOSIT.search(fold(text)))


def names_payment(text: str) -> bool:
    """Whether money has changed hands, so that a dispute is real."""
    return bool(_PAYMENT.search(fold(text)))


def says_paid(text: str) -> bool:
    """Whether the customer says to have paid."""
    return bool(_SAYS_PAID.search(fold(text)))


def asks_receipt(text: str) -> bool:
    """Whether it is asked if what was sent has come."""
    return bool(_RECEIPT.search(fold(text)))


def is_per_unit(text: str) -> bool:
    """Whether the price of one guest is asked for."""
    return bool(_PER_UNIT.search(fold(text)))


def asks_area(facts: Facts) -> bool:
    """Whether it is asked if we come to a place."""
    return (facts.intent == "service_area" and "?" in facts.text) or bool(
        _AREA.search(fold(facts.text))
    )


def asks_how(text: str) -> bool:
    """Whether the way of booking or the start times are asked about."""
    return bool(_HOW.search(fold(text)))


def asks_habit(text: str) -> bool:
    """Whether it is asked on which weekdays we work at all, not for one of them."""
    return bool(_HABIT.search(fold(text)))


def takes_off(text: str) -> bool:
    """Whether something that was ordered is not wanted any more."""
    return bool(_TAKES_OFF.search(fold(text)))


def complains(text: str) -> bool:
    """Whether something is said to have gone wrong."""
    return bool(_COMPLAINS.search(fold(text)))
