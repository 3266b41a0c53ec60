"""How people say what is worth remembering of themselves, in English, Spanish and Chinese.

Patterns only; bot/language/told.py reads with them. Each names its value; one without a lead that
speaks of the writer ("my", "we", "mi", "我") is left out: a guest's diet is the party's matter.
"""

from __future__ import annotations

import re

from bot.domain_memory import MemoryKind

_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    r"|septiembre|octubre|noviembre|diciembre"
)
_ONES = (
    r"(?:daughter|son|wife|husband|mom|mother|dad|father|sister|brother|girlfriend|boyfriend"
    r"|fianc[eé]e?|partner|boss|grandma|grandpa|grandmother|grandfather|kid|niece|nephew)"
)
_ONES_ES = (
    r"(?:hij[oa]|espos[oa]|marido|mujer|mam[aá]|pap[aá]|madre|padre|herman[oa]|novi[oa]|abuel[oa]"
    r"|niet[oa]|sobrin[oa]|jef[ea])"
)
_ONES_ZH = (
    "(?:女儿|儿子|老婆|老公|太太|先生|妈妈|爸爸|妻子|丈夫|孩子|妹妹|姐姐|弟弟|哥哥|父亲|母亲)"
)
_DIET = r"(?:vegan|vegetarian|pescatarian|kosher|halal|gluten[ -]free|keto)"
_DIET_ES = r"(?:vegan[oa]s?|vegetarian[oa]s?|pescetarian[oa]s?|kosher|halal|sin gluten)"
_FOOD = (
    r"(?:chicken|steak|shrimp|prawns?|scallops?|salmon|lobster(?: tail)?|filet(?: mignon)?|tofu"
    r"|beef|pork|fish|duck|lamb|noodles|vegetables|veggies)"
)
_FOOD_ES = (
    r"(?:pollo|bistec|carne|res|camar(?:ón|ones|on)|vieiras?|salm[oó]n|langosta|filete|tofu|cerdo"
    r"|pescado|pato|fideos|verduras)"
)
_FOOD_ZH = "(?:鸡肉|牛排|牛肉|虾|扇贝|三文鱼|龙虾|菲力|豆腐|猪肉|鱼|鸭|面条|蔬菜)"
_NUMBER = (
    r"(?:\d{1,3}|one|two|three|four|five|six|un[oa]?|dos|tres|cuatro|cinco|a couple of|some|a|an)"
)
MAILBOX = r"[a-z0-9._+%-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+"
# An abbreviated street keeps its full stop; any other full stop ends the address.
_STREET = (
    r"(?P<value>(?=[^.;!?\n]{0,80}\d)(?:[^.;!?\n]"
    r"|(?<=\b(?i:st))\.|(?<=\b(?i:rd|dr|no))\.|(?<=\b(?i:ave|apt))\.|(?<=\b(?i:blvd))\.){4,100})"
)

_WRITTEN: tuple[tuple[MemoryKind, str], ...] = (
    (
        MemoryKind.EMAIL,
        r"(?:\b(?:my|our) e-?mail(?: address)?(?: is|'s|:)?|\be-?mail(?: address)?(?: is|:)"
        r"|\be-?mail me at|\bmi (?:correo|e-?mail|mail)(?: electr[oó]nico)?(?: es|:)?"
        r"|我的?(?:电子)?(?:邮箱|电邮|邮件)(?:地址)?(?:是|：|:)?)\s{0,3}(?:actually |now )?"
        rf"(?P<value>{MAILBOX})",
    ),
    (MemoryKind.EMAIL, rf"^\s*(?P<value>{MAILBOX})\s*\.?\s*$"),
    (
        MemoryKind.ADDRESS,
        r"(?:\b(?:my|our|the) (?:new |home |street )?address(?: is|'s|:)|\b(?:i"
        r"|we) (?:now )?live at"
        r"|\b(?:mi|nuestra|la) (?:nueva )?direcci[oó]n(?: es|:)|\bvivo en|\bvivimos en"
        r"|我(?:们)?(?:的|家)?(?:新)?(?:家庭)?地址(?:是|：|:)|我(?:们)?(?:现在)?住在|我家在)\s{0,3}"
        + _STREET,
    ),
    (
        MemoryKind.ZIP_CODE,
        r"(?:\b(?:my|our|the) (?:new )?(?:zip|postal)(?: ?code)?(?: is|'s|:)?"
        r"|\bzip(?: ?code)?(?: is|:)"
        r"|\b(?:mi|nuestro|el) (?:nuevo )?c[oó]digo postal(?: es|:)?"
        r"|我?(?:们)?的?(?:邮编|郵編|邮政编码)(?:是|：|:)?)\s{0,3}(?:actually |now |really )?"
        r"(?P<value>\d{5})(?!\d)",
    ),
    (
        MemoryKind.PARTY,
        r"(?:\bwe(?:'re| are) (?:usually|normally|typically)|\b(?:usually|normally) (?:we(?:'re"
        r"| are)|there are)"
        r"|\bwe (?:usually|normally) (?:have|are)|\b(?:normalmente|usualmente|siempre) somos"
        r"|\bsolemos ser"
        r"|我们(?:一般|通常|平时)(?:都)?(?:有|是)?)\s{0,3}(?:about |around |unos |unas |大概)?"
        r"(?P<value>\d{1,3})(?!\d)",
    ),
    (
        MemoryKind.DIET,
        rf"(?P<value>\b(?:i'm|i am|we're|we are|my {_ONES} is|my {_ONES} and i are)"
        rf" (?:a |an |strictly |all |both )?{_DIET})\b",
    ),
    (
        MemoryKind.DIET,
        rf"(?<!no )(?P<value>\b(?:soy|somos|mi {_ONES_ES} es|mis? {_ONES_ES}s? son) {_DIET_ES})\b",
    ),
    (
        MemoryKind.DIET,
        rf"(?P<value>我(?:们)?(?:的)?{_ONES_ZH}?(?:都)?(?:是)?(?:吃素|吃纯素|素食者|纯素食者|吃清真|穆斯林))",
    ),
    (
        MemoryKind.LANGUAGE,
        r"(?:\b(?:write|answer|speak|reply|talk|text)(?: to)?(?: me| us)? (?:back )?in"
        r"|\bi(?:'d)? prefer"
        r"|\bprefiero(?: el)?|\b(?:escr[ií]b|habl|resp[oó]nd|contest)\w* en"
        r"|请用|(?:跟我|和我)?说|用)\s{0,3}"
        r"(?P<value>english|spanish|chinese|mandarin|ingl[eé]s|español|espanol|chino|英文|英语|西班牙语"
        r"|中文|普通话)",
    ),
    (
        MemoryKind.OCCASION,
        rf"(?P<value>\b(?:my (?:{_ONES}'?s? )?birthday|(?:our|my) (?:wedding )?anniversary"
        rf"|my {_ONES}'?s? (?:anniversary|graduation)) (?:is|falls) (?:actually )?(?:in|on) "
        rf"(?:the )?(?:[a-z]{{3,6}} )?(?:{_MONTHS}|\d{{1,2}}(?:st|nd|rd|th)? of (?:{_MONTHS})"
        rf"|\d{{1,2}}/\d{{1,2}})"
        rf"(?: \d{{1,2}}(?:st|nd|rd|th)?)?)\b",
    ),
    (
        MemoryKind.OCCASION,
        rf"(?P<value>\b(?:mi cumpleaños|el cumpleaños de mi {_ONES_ES}|nuestro aniversario"
        rf"|mi aniversario"
        rf"|la graduaci[oó]n de mi {_ONES_ES}) es (?:en |el )(?:\d{{1,2}} de )?(?:{_MONTHS}))\b",
    ),
    (
        MemoryKind.OCCASION,
        rf"(?P<value>我(?:们)?(?:的)?{_ONES_ZH}?的?(?:生日|结婚纪念日|毕业典礼)(?:是|在)"
        r"(?:[一二三四五六七八九十]{1,2}|\d{1,2})月(?:份|(?:[一二三四五六七八九十]{1,3}|\d{1,2})[日号])?)",
    ),
    (
        MemoryKind.PROTEIN,
        r"\b(?:i|we)(?: all)? (?:really )?(?:love|like|prefer|always (?:get|take|have)"
        r"|enjoy) (?:your |the )?"
        rf"(?P<value>{_FOOD}(?: and {_FOOD})?)\b",
    ),
    (
        MemoryKind.PROTEIN,
        r"(?<!no )\b(?:me|nos) (?:gustan?|encantan?) (?:mucho )?(?:(?:el|la|los|las) )?"
        rf"(?P<value>{_FOOD_ES})\b",
    ),
    (MemoryKind.PROTEIN, rf"我(?:们)?(?:都)?(?:很|最)?(?:喜欢|爱)(?:吃)?(?P<value>{_FOOD_ZH})"),
    (
        MemoryKind.CONTACT,
        r"(?:\bi(?:'d)? prefer (?:a |an |to be |to |by )?|\b(?:it'?s )?best to |\bplease (?:only"
        r"|just) "
        r"|\bprefiero (?:que me |por |un |una )?|\bmejor por |(?:请|最好)(?:只)?)"
        r"(?P<value>text(?:s|ed|ing)?\b|sms\b|messages?\b|call(?:s|ed)?(?: me\b(?! [A-Z])|\b)"
        r"|phone\b|e-?mails?\b|"
        r"whats ?app\b|llam\w+|escrib\w+|mensajes?\b|llamadas?\b|correos?\b"
        r"|发短信|打电话|发邮件|用微信)",
    ),
    (
        MemoryKind.PETS,
        rf"(?P<value>\b(?:we|i)(?:'ve| have)(?: got)? {_NUMBER} (?:\w+ ){{0,2}}(?:dogs?|cats?"
        rf"|pupp(?:y|ies)))\b",
    ),
    (
        MemoryKind.PETS,
        r"(?P<value>\b(?:tenemos|tengo) (?:un[oa]?|dos|tres|\d) (?:perr[oa]s?"
        r"|gat[oa]s?)(?: \w+)?)\b",
    ),
    (
        MemoryKind.PETS,
        r"(?P<value>我(?:们)?家?(?:里)?有(?:[一二两三四]|\d)?(?:条|只|个)?(?:大|小)?(?:狗|猫))",
    ),
    (
        MemoryKind.SPACE,
        r"(?P<value>\b(?:our|my) (?:back ?yard|yard|patio|garage|driveway|deck|garden|courtyard) "
        r"(?:is|has|fits|can fit|holds)\b[^.;!?\n]{3,90})",
    ),
    (
        MemoryKind.SPACE,
        r"(?P<value>\b(?:nuestro|mi) (?:patio|jard[ií]n|garaje|terraza) (?:es|tiene|est[aá]|mide"
        r"|cabe)\b"
        r"[^.;!?\n]{3,90})",
    ),
    (
        MemoryKind.SPACE,
        r"(?P<value>我(?:们)?家?的?(?:后院|院子|车库|露台)(?:很|有|是|比较|能)[^。；！？\n]{2,60})",
    ),
)
PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WRITTEN)

_GIVEN = r"[A-ZÀ-Þ][\w'’-]{1,24}(?: [A-ZÀ-Þ][\w'’-]{1,24}){0,2}"
NAME_CORRECTED = re.compile(
    r"(?:\b(?i:it'?s|it is|i'?m|i am|name'?s|name is|call me|es|soy|me llamo|ll[aá]mame),? )"
    rf"(?P<value>{_GIVEN})(?:,? (?i:and )?(?i:not|no) )(?P<old>{_GIVEN})\b"
    r"|(?:我叫|我是|名字是)(?P<zh>[\u4e00-\u9fff]{2,4})[，,]?不是(?P<zh_old>[\u4e00-\u9fff]{2,4})"
)
# Somebody else's name, and whom an event is for.
OTHERS_NAME = re.compile(
    rf"\b(?:my|our|the|his|her|their) (?:\w+ )?\w+'?s'? name(?: is|'s)?\s+\S+"
    r"|\bname of (?:my|our|the|his|her)\b[^.!?\n]{0,40}"
    rf"|\b(?:my|our) {_ONES}(?:'?s| is| are)\b[^.!?\n]{{0,60}}"
    r"|\b(?:is|it'?s|its|was|will be) for \S+(?: [A-Z]\S+)?"
    rf"|\bmi {_ONES_ES} se llama \S+|\bel nombre de mi {_ONES_ES} es \S+|\b(?:es|ser[aá]) para \S+"
    rf"|我(?:的)?{_ONES_ZH}(?:的名字)?(?:叫|是)\S{{1,6}}"
)
