"""Ways of offering money without a figure: "half price", "on us", "a hundred bucks off", 半价.

A table for bot/guard_matters.py: the first letters of a word that each pattern cannot do without,
and the pattern, over folded text. Figures are bot/guard_facts.py's.
"""

from __future__ import annotations

from collections.abc import Mapping

BARGAINS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "bargain": (
        (
            "half mitad",
            r"\bhalf[- ](?:price|off|the (?:\w+ )?(?:price|rate|cost|bill|total)|your (?:money"
            r"|deposit)|now\b|later\b|up ?front|down\b)"
            r"|\b(?:a |por )?mitad (?:de |del )(?:precio|costo|total|su dinero|tu dinero)"
            r"|\b(?:paga|pagan|pague|cuesta|cuestan|cobramos) (?:solo |nada mas )?la mitad"
            r"|\bla mitad (?:ahora|despues|hoy)|\ba mitad\b",
        ),
        (
            "quar thir half part",
            r"\b(?:only |just )?(?:a |one )(?:quarter|third|half|fifth) of (?:it|that|the (?:price"
            r"|total|bill|cost)|your (?:money|deposit|bill))",
        ),
        (
            "two one bogo dos get 2x1 thre",
            r"\b(?:two|2|three|3) for (?:one|1|two|2|the price)\b|\bbogo\b|\bbuy (?:one|two|1|2)\b"
            r".{0,12}\bget\b|\b(?:dos|2|tres|3) (?:por|x) (?:uno|1|dos|2)\b|\b[23]x[12]\b",
        ),
        (
            "on",
            r"(?<!count )(?<!rely )(?<!depend )(?<!up to )(?<!calling )(?<!call )\bon (?:us|me)\b"
            r"(?! to\b)",
        ),
        ("cuen invi", r"\bpor (?:nuestra|mi) cuenta\b|\bnosotros (?:lo |la )?invitamos\b"),
        (
            "take knoc shav cut drop lowe redu slas ill well",
            r"\b(?:take|knock|shave|cut|drop|lower|reduce|slash|taken|knocked)\b.{0,30}\b(?:off\b"
            r"|(?:the|your|our) (?:price|total|bill|rate|fee))",
        ),
        (
            "off less chea",
            r"\b(?:dollars|bucks|percent|hundred|fifty|twenty|ten|thirty|grand|quid) (?:off"
            r"|less|cheaper)\b|\b(?:hundred|\d+) (?:dollars|bucks) (?:off|less)\b",
        ),
        (
            "meno quit baja reba perd desc baje",
            r"\b(?:dolares|pesos|por ciento|cien|cincuenta|veinte) (?:de )?menos\b"
            r"|\b(?:le|te|les) (?:quito|bajo|rebajo|perdono|quitamos|bajamos|rebajamos|perdonamos)"
            r"\b(?! (?:la presion|el volumen))",
        ),
        ("dejo deja", r"\b(?:se|te) lo (?:dejo|dejamos|damos|doy) (?:en|a|por)\b"),
        (
            "depo anti down",
            r"\bno (?:deposit|down payment) (?:is |will be )?(?:needed|required|necessary|due"
            r"|for you)|\bthere(?:'s| is| will be) no deposit\b|\b(?:don't|do not|won't|needn't)"
            r" (?:have to |need to |need |owe |pay )(?:pay |leave |put down )?(?:a |any |the |us )?"
            r"deposit|\bskip the deposit|\bwithout (?:a|any) deposit|\bdeposit[- ]free"
            r"|\bno (?:tiene|tienes|tienen|hay|hace falta|necesita|necesitas|se necesita|requiere"
            r"|pedimos|cobramos)\b.{0,14}\b(?:deposito|anticipo)|\bsin (?:deposito|anticipo)",
        ),
        (
            "matc iguala lowe chea best mejo bara",
            r"\bmatch (?:any|their|that|the|other|every|whatever)\b|\bprice[- ]match"
            r"|\b(?:lowest|cheapest|best) (?:price|rate|deal|offer)s?\b|\bprices are the (?:lowest"
            r"|best)|\bcheaper than (?:any|every|all|the)\b|\bigualamos\b|\bmejores? precios?\b"
            r"|\bmas barat[oa]s?\b|\bprecios? mas bajos?",
        ),
        ("thro", r"\b(?:throw|throwing|thrown|threw)\b.{0,20}\bin\b"),
        (
            "grat tip tips tax taxe prop impu",
            r"\b(?:gratuity|tips?|tax(?:es)?|propina|impuestos?)\b(?: (?:is|are|ya|esta|estan"
            r"|already|all|also)){0,3} inclu",
        ),
        (
            "inst paym cuot plaz laye inte inst",
            r"\binstal?lments?\b|\bpayment plan|\blayaway\b|\b(?:en|de) \w+ cuotas\b|\ba plazos\b"
            r"|\bmeses sin intereses|\binterest[- ]free",
        ),
        (
            "coup few hund thou fift unde less",
            r"\b(?:a )?(?:couple|few) (?:of )?(?:hundred|thousand|bucks|dollars)\b"
            r"|\b(?:hundreds|thousands) of dollars\b|\b(?:under|below|less than|around|about) a"
            r" (?:hundred|thousand|grand)\b",
        ),
        ("doll buck usd", r"(?<![a-z'])[mdclxvi]{1,12} (?:dollars|bucks|usd)\b"),
        ("rega", r"\bregal(?:amos|aremos|o|are)\b|\bde regalo\b|\bobsequi"),
        (
            "mone refu dine",
            r"\b(?:all|half|some|part) (?:of )?your money\b|\bmoney[- ]back\b"
            r"|\bget(?:s|ting)? (?:\w+ )?back (?:the|your|half|all)\b|\bsu dinero de vuelta",
        ),
        (
            "canc",
            r"\bcancel(?:l?ed|l?ing|ar)?\b(?: \w+){0,3} (?:any ?time|whenever|for free|free of"
            r"|at no|without (?:a |any )?(?:fee|charge|penalty|cost)|cuando (?:quiera|guste)s?"
            r"|en cualquier"
            r" momento|sin (?:costo|cargo|penal))",
        ),
        (
            "fee fees char surc extr hidd",
            r"\b(?:no|zero|without) (?:\w+ )?(?:hidden |extra |travel |service |booking )?(?:fees?"
            r"|surcharges?)\b",
        ),
        ("", r"[£€¥₹₩₽₿฿]|\b(?:euros?|gbp|eur|yen|yuan|rmb|cny|mxn|pesos?)\b"),
        ("", r"欧元|英镑|人民币|日元|比索"),
        ("", r"半价|对折|一送一|买[一二两三\d]\S{0,2}送|第二\S{0,3}半"),
        ("", r"便宜\S{0,8}[块元刀]|少(?:收|算|付|给)|(?:减|降|抹)\S{0,6}[块元美零]|让利"),
        ("", r"退\S{0,4}一半|退\S{0,4}的?钱|把钱退"),
        ("", r"请客|算我们的|我们(?:来)?(?:出|承担|买单)|包在我们"),
        ("", r"(?:不用|无需|不需要|不必|不收|免)(?:付|交|给|您)?\S{0,2}(?:定金|押金)|没有(?:定金"
             r"|押金)|零(?:定金|押金)"),
        ("", r"(?:小费|税)\S{0,4}(?:包含|包括|已含|含在|都含)"),
        ("", r"分期|分\S{1,2}期|先付一半|付一半"),
        ("", r"送(?:您|你|给)(?!到|去|来|过|上门)"),
        ("", r"最低价|最便宜|最优惠|同价|比价|价格保证"),
        ("", r"(?:随时|任何时候|免费)\S{0,4}取消|取消\S{0,4}(?:不收|免)"),
        ("", r"(?:上百|几百|几千|上千|百来)[块元美]"),
    ),
}  # fmt: skip
