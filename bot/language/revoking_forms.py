"""Further ways to end the writing to somebody: how else, and how misspelt.

Patterns over text in lower case, without accents, in simplified characters and without commas.
bot/language/revoking.py reads by them together with its own; nothing here decides.
"""

from __future__ import annotations

import re
from typing import Final

_MESSAGES: Final = (
    r"(?:texts?|texting|messages?|messaging|msgs?|sms|notifications?|communications?|alerts"
    r"|promos?|promotions?|offers|ads|spam|e?mails|marketing|newsletters?)"
)
_ANY: Final = (
    r"(?:(?:all|any|my|our|the|your|ur|these|those|this|that|of|further|future|more|promotional"
    r"|marketing|text|sms|unwanted|automated|damn|other|such|subscription to|so many) )*"
)
_END: Final = (
    r"(?: (?:please|pls|plz|it|now|this|that|thanks|thank you|already|asap|immediately|ok|me|all"
    r"|to me|to us|to this number|from you|from u|at once))*$"
)
_NOT: Final = r"\b(?:do not|don'?t|dont|dnt|never|stop|quit|cease|please no)"
ENGLISH: Final = (
    rf"^(?:.{{0,40}} )?(?:cancel|end|discontinue|cease|disable|deactivate|turn off|shut off|halt"
    rf"|stop|quit) {_ANY}(?:{_MESSAGES}|text subscription|subscription|contact){_END}",
    r"^(?:(?:how|where|can|could|do|does|i|u|you|to|please|pls|plz|just|hi|hello|want|would|like"
    r"|need|wanna|me|and|ok|so|one) )*un ?-?su[bs]s?c?r?i?b?(?:e|ing)?\b"
    r"(?! (?:my|him|her|them|a)\b)",
    r"\b(?:revok|withdraw|rescind)\w* (?:(?:my|all|any|the|prior) )*(?:consent|permission"
    r"|authorization|opt[ -]in)\b",
    r"\b(?:do not|don'?t|dont|no longer|never|didn'?t|did not) (?:give |gave |have )?(?:you |u )?"
    r"(?:my |any )?(?:consent|permission)(?:ed)? (?:to|for) (?:be |these |this |your |get|receiv"
    r"|text|contact|any |messag)",
    r"^(?:(?:i|i'?m|i'd|please|pls|want|would|like|to|wish|am|need|choose|just|you|can|me) )*"
    rf"opt(?:ing|ed)?[ -]?(?:me )?out(?: (?:of|from) {_ANY}(?:{_MESSAGES}|list|everything|this"
    r"|it|program))?(?: please| pls| thanks| thank you| now)*$",
    r"\b(?:remove|delete|take|drop|erase|scratch|get|pull|block|unlist) (?:me|us|my (?:full )?"
    r"(?:name|e?-?mail(?: address)?|number|cell|phone|info|details|contact)(?: number)?)"
    r" (?:off|off of|from|out of) (?:(?:of|your|ur|this|the|that|all|any|every) )*"
    r"(?:(?:mailing|marketing|text|sms|contact|call|texting|e?mail|spam|distribution|customer) )?"
    r"(?:lists?|system|database|contacts|records)\b",
    r"(?:^|wrong (?:number|person) |not interested (?:at all )?)(?:please |pls |just )*"
    r"(?:remove|delete|take) (?:me|us|this number|my number)(?: off)?(?: please| pls| now)*$"
    r"|\bwrong (?:number|person) (?:please |just )*(?:remove|delete|stop)$",
    r"\b(?:remove|take|get|pull|drop) (?:me|us) (?:off|from)(?: of)? (?:\w+ ){0,3}lists?\b",
    r"^no (?:more )?(?:texts|texting|messages|msgs|spam|sms)(?: please| thanks| thank you| ok)*$",
    r"\b(?:stop|quit|cease) \w+ing (?:up )?(?:my|our|this) (?:phone|line|cell|inbox|number)\b",
    r"^(?:ok |that'?s )?(?:enough|too many) (?:of )?(?:the |these |your )?(?:texts|messages|msgs)$",
    r"^(?:please )?(?:cease|desist)(?: now| please)?$",
    r"\bno need to (?:keep|continue|go on) (?:text|messag|contact|send|writ|e?mail|call)\w*",
    r"\b(?:for the love of \w+|for god'?s sake|for heaven'?s sake|i(?:'?m)? beg(?:ging)?(?: of)?"
    r"(?: you)?|asking nicely) (?:please )?stop(?: it| this| now)?$",
    r"^(?:so |and |please |just )*stop (?:them|these|those)(?: please| now| already)*$",
    rf"\b(?:want|need|like|wish) {_ANY}{_MESSAGES} to (?:stop|end|cease)\b",
    r"\bmake (?:it|this|these|those|them|the (?:texts|messages)|your (?:texts|messages)) stop\b",
    r"\bnever (?:ever )?(?:text|message|contact|write|e-?mail)(?: to)?(?: me| us| this number"
    r"| here)?"
    r" again$",
    r"\b(?:taken|removed|deleted|dropped) (?:off|from) (?:(?:your|this|the|ur) )+"
    r"(?:\w+ )?lists?\b",
    r"\bdo[ -]not[ -](?:call|contact|text|disturb)(?: list| me| us| anymore|$)",
    rf"{_NOT} (?:(?:ever|please|even|you|try|trying|to) )*(?:reach(?:ing)? out|hit(?:ting)?"
    r" (?:me|us) up|call(?:ing)?,? (?:and|or|nor|/|n) (?:text|messag|writ)\w*|contact(?:ing)? or)",
    rf"{_NOT} (?:(?:ever|please|keep) )*(?:send(?:ing)?|mail(?:ing)?) (?:me |us |out )?"
    r"(?:\w+ ){0,2}(?:texts|messages|msgs|offers|promos|promotions|ads|spam|crap|emails|sms"
    r"|notifications)\b",
    r"\b(?:text|message|msg|contact|write|call|bother)s? (?:to )?(?:me|us|this number|here)"
    r" (?:again|one more time|any ?more|once more) (?:and|or)\b",
    r"\bif (?:you|u|y'?all|i) (?:ever )?(?:text|message|msg|contact|write|get|receive|bother)"
    r"(?: to)?(?: me| us| this number| another| one more)? ?(?:\w+ )?(?:again|any ?more|one more"
    r"|text|message|time)\b.{0,40}(?:report|sue|block|lawyer|attorney|legal|complain|fcc|ftc"
    r"|police|court)",
    r"\b(?:i'?m|im|i am|i'?ll|i will|will be|gonna be|gonna) (?:block(?:ing)?|report(?:ing)?)"
    r" (?:you|u|this|your number)\b",
    r"\bunsubscribe(?: (?:me|us|please|now|my number|this number|thanks|and|thank you|from|this|all"
    r"|your|list|everything))*$",
    r"\b(?:no|any|all|not) further (?:contact|messages?|texts?|communications?|emails?)\b",
    r"\b(?:take|remove|delete|pull|get) (?:this|my|our|the) (?:\w+ )?number (?:off|out|from)\b",
    r"\b(?:did(?:n'?t| not)|never|haven'?t) (?:ever )?(?:sign(?:ed)?(?: up)?|subscribed?|opt(?:ed)?"
    rf" in|asked?|agreed?) (?:for|to) {_ANY}{_MESSAGES}\b",
    r"\b(?:rather not|prefer not|like not|rather you (?:not|didn'?t)|no need|would hate) (?:to )?"
    rf"(?:be )?(?:receiv|get|hear|see|send|text)\w*\b.{{0,20}}\b(?:{_MESSAGES}|from you|me)\b",
    r"^(?:ugh+|omg|hey|hi|hello|dude|bro|man|um+|uh|yo|no+|nope|ok|okay|k|listen|seriously|god"
    r"|jesus|wtf|sir|guys|please|pls|just|i said|so) (?:\w+ )?stop(?: it| this| now| please)*$",
    r"\bknock (?:it|this) off$|\b(?:knock|cut) (?:it|this) (?:off|out) with (?:the|these)\b",
    r"\blose (?:all )?my (?:info|details|data|contact|contact info)\b",
    r"\b(?:asked?|want|like|need|wish|how|can)\b.{0,30}\b(?:be|get|been) (?:removed|taken off"
    r"|deleted)"
    r"(?: (?:from|off) .{0,20}\blists?| please| asap| already)*$",
    r"\bget off (?:of )?(?:this|your|ur|the) (?:\w+ )?list\b|\bon (?:this|your|ur) (?:\w+ )?list"
    r" any ?more\b",
    rf"\bnot interested in (?:(?:your|these|any|ur|getting|receiving) )+{_MESSAGES}\b",
    r"\b(?:do not|don'?t) (?:want|need|wish) to (?:get|receive|see|be getting) (?:these|them)\b",
    r"\bstop (?:with )?(?:(?:the|your|all|this) )*(?:marketing|advertising|ads|solicit\w+)\b",
    r"^(?:you|u|this|it|they|yall|y'?all)(?: guys)? (?:need|needs|have|has|got|must)(?: got)? to"
    r" stop(?: it| this| now| please)*$",
    r"^(?:please |pls |just )*(?:remove|delete)(?: remove| my contact| contact| number"
    r"| delete| please| now| thanks)*$",
    r"^(?:(?:stop|please|pls|just|and) )*do(?:n'?t| not) (?:\w+ (?:or|and) )?(?:text|message"
    r"|contact)(?: back| please| any ?more| again)*$",
    r"\brefrain from (?:further )?(?:text|contact|messag|send|writ|email)\w*",
    r"\bno longer (?:wish|want|like|care) (?:for |to )?(?:any (?:more )?(?:text|mess|cont)"
    r"|be (?:contact|text|messag|bother)|these (?:text|mess)|your (?:text|mess)"
    r"|get (?:text|mess)|receiv)",
    r"\b(?:i|we) (?:have |already |just |had )*(?:said|asked|told|want|need|wanted)"
    r"(?: (?:you|u|y'?all|already|guys|people|this|it|them))*(?: to)? stop(?: it| this| texting"
    r"| now| please| already)*$",
    r"^(?:i )?(?:already )?told (?:you|u) to stop\b|^stop means stop$|^(?:please )?make it stop$"
    r"|^(?:ok )?enough already$|^(?:enough|that'?s enough) stop$",
    r"(?:^| )(?:not interested|spam|wrong number|enough|no thanks|no thank you|annoying|sorry"
    r"|please|already|harassment) stop(?: please| it| now| texting| this| thanks| thank you)*$",
    r"^(?:please |pls )?stop (?:please |pls |it |this |now |ok |thank you |thanks )*"
    r"(?:please|pls|it|this|now|thank you|thanks|asap|immediately)$",
    rf"^(?:(?:please|pls|ok|no|hi) )*no more {_ANY}{_MESSAGES}{_END}",
    r"\b(?:i )?want out(?: of (?:these|your)(?: (?:texts|messages|lists?))?)?$",
    r"\bcease (?:all |any |and )*(?:communications?|contact|desist)\b",
    r"\bleave (?:me|us) (?:the )?(?:\w{1,4} )?alone\b(?! (?:at|with|in|to))",
    r"\b(?:lose|forget) (?:my|this) (?:number|contact)\b",
    r"\b(?:sick|tired|fed up|done|over it) (?:and tired )?(?:of|with) (?:(?:getting|receiving|all"
    r"|these|your|the|so|many|this|being) )*(?:texted|texts|messages|msgs|spam(?:med)?|promos)\b",
)
_MENSAJES: Final = (
    r"(?:mensajes?|mensajitos|textos|sms|notificaciones|publicidad|promos|promociones|anuncios"
    r"|alertas|correos|spam|propaganda)"
)
_UNOS: Final = (
    r"(?:(?:mi|la|los|las|mis|sus|tus|estos|esos|todos|todas|ya|de|con|mas|tantos|su|tu|el|los"
    r"|recibir|estas|esas) )*"
)
SPANISH: Final = (
    r"\b(?:dar(?:me|nos|se)?|deme|dame|denme|denos|doy|demos|den|di|dé) (?:ya )?de baja\b"
    r"(?! (?:el|la|los|las|un|una|al|mi|mis|a|nuestr[oa]s?) )",
    r"^(?:quiero |solicito |pido )?(?:la |mi )?baja(?: por favor| porfa\w*| ya| de la lista)*$",
    rf"\b(?:cancel|suspend|par|deten|elimin|desactiv|fren|ces|quit)\w* {_UNOS}"
    rf"(?:suscripcion|{_MENSAJES})\b",
    r"\bdej\w*(?:me|nos)(?: ya)? (?:en paz|tranquil\w+)",
    rf"\b(?:me tienen?|estoy|me tiene|ya me) hart\w* (?:de |con ){_UNOS}(?:{_MENSAJES})",
    r"\bno (?:est[ae]n? |sig[au]n? |ande?n? )?(?:chingu?|jod|frieg|fastid|mol)\w*"
    rf" (?:mas )?(?:con |de ){_UNOS}{_MENSAJES}",
    r"^(?:ya |por favor |favor de )*no (?:me |nos )?molest(?:ar|e|en|es)(?:me|nos)?"
    r"(?: mas| ya| por favor| porfa\w*| gracias)*$",
    r"\b(?:retiro|revoco|quito|anulo) (?:mi|el) (?:consentimiento|permiso|autorizacion)\b",
    r"\bno (?:les? |te |os )?(?:autorizo|consiento|doy|di|he dado)"
    r"(?: mi| el| ningun)?(?: permiso| consentimiento| autorizacion)?(?: a| de| para)?"
    r" (?:que|recibir|esto|estos|sus|contact)",
    rf"\bno (?:recibir|que me lleguen)(?: {_UNOS}|\s){_MENSAJES}",
    r"\bdej(?:o|ar|e|amos) de recibir\b",
    r"\bno (?:quiero|deseo|quisiera) (?:ya )?(?:recibir|saber) (?:mas |ya )?nada (?:mas )?de "
    r"(?:ustedes|uds|usted|ti)\b",
    rf"^(?:(?:ya|por favor|porfa\w*|gracias|favor) )*no mas {_UNOS}{_MENSAJES}"
    r"(?: por ?favor| porfa\w*| gracias| ya)*$",
    r"\bno (?:sig\w{1,3} |est\w{1,3} |and\w{1,3} |contin\w+ )?(?:mand|envi|escrib|lleg|pong)\w+ "
    rf"{_UNOS}{_MENSAJES}",
    r"^(?:ya )?(?:basta|parenle|parele)(?: ya| por favor| de mensajes| con esto)*$",
    r"\b(?:numero|persona) (?:equivocad[oa]|incorrect[oa])\b.{0,30}"
    r"\b(?:borr|elimin|quit|no (?:me |nos )?(?:mand|envi|escrib|contact|molest|llam|text))\w*",
    r"\bstop (?:mand|envi|escrib|text|mensaj)\w*(?:ando|iendo)(?:me|nos)?\b",
    r"\b(?:quit|borr|saqu|sac|elimin)\w* mi (?:nombre|correo|email|numero|contacto) de\b",
    r"^(?:por favor |favor de )*no (?:contact|molest|escrib|llam|text|mensaj)\w*(?:ar|er|ir)"
    r"(?:me|nos)?(?: mas| ya| por favor| gracias)*$",
    r"\bdej(?:a|e|en|ar) de (?:insist|acos|fastid|molest)\w+",
    r"\b(?:remov|bloque)\w+ mi numero\b|^(?:ya )?no me hable[ns]?(?: mas| ya| por favor)*$",
    rf"\b(?:cans|hart)\w* de {_UNOS}{_MENSAJES}",
    r"\bno (?:me |nos )?(?:mand|envi|escrib|contact)\w+ (?:ya )?(?:mas|nada)"
    r"(?: por favor| gracias| nunca| ya)*$",
    r"\bno (?:deseo|quiero|quisiera|queremos) (?:ya |mas )?(?:ser|que sea) "
    r"(?:contactad|molestad|notificad)[oa]s?\b",
    r"\bde(?:s|sin)?suscri\w+|\bdesinscrib\w+",
    r"^(?:por favor |porfa |favor de )?(?:borr|elimin|quit|saqu|sac)\w*(?:me|rme)"
    r"(?: por favor| de aqui| de ahi| ya| gracias)*$",
    rf"\bno (?:quiero|deseo|necesito|pedi) (?:mas |sus |estos |esos |tantos |recibir )*{_MENSAJES}",
)
_SHORT_ZH: Final = r"(?:短信|简讯|讯息|信息|消息|推送|通知|广告|订阅|訂閱|微信|邮件)"
CHINESE: Final = (
    r"^停止(?:发送|接收)?$",
    r"^(?:我|请|要|想|帮|给|需要|怎么|怎样|如何|回复|麻烦|请问|可以|能|短信|申请|申請|立即|马上)*"
    r"退订(?!金|单|房|餐|位|预|菜|周|星|活|派|宴|龙|牛|虾)(?:了|吧|短信|信息|消息|谢谢|一下"
    r"|吗|所有|你们的"
    r"|此|订阅|服务|请|回[tnd]+)*$",
    rf"(?:取消|停止)(?:订阅|接收)(?:你们?的?|所有|这些|这个)*{_SHORT_ZH}",
    r"^(?:请|我|要)*(?:拒收|拒绝接收|拒绝再收)(?:短信|信息|消息|广告|谢谢|了)*$|^拉黑(?:了"
    r"|你们?)?$",
    rf"(?:取消|停止|关闭|屏蔽|终止|停掉|关掉)(?:所有|你们的?|这些|该|我的|一切|接收|发送|推送"
    rf"|的)*{_SHORT_ZH}"
    r"(?:通知|推送|服务|提醒|订阅)?(?:了|吧|谢谢|$)",
    r"不(?:(?:需要|用|必)(?=再|给我|向我|联)|要|想)再?(?:给我|向我|跟我)?(?:发|传|联系|联络|收)"
    r"(?:短信|信息|消息|了|啦|广告|我(?!太|先|老|妈|爸|儿|女|朋|家|公|婆|的|们))",
    r"(?:别|不要|请勿|勿)再?(?:给|向|往)我(?:发|传|推)送?(?:这些?|那些?|这种|任何|东西|了|垃圾)",
    rf"不(?:需要|想要|要|想看|想收)(?:你们?的?|这些|这种|任何|再|这类)*{_SHORT_ZH}(?!伞|牌|位"
    rf"|板|费)",
    r"从.{1,10}(?:里|中|上)?(?:移除|删除|去掉|删掉|移走|剔除)(?:我|本人|我的)",
    r"(?:撤回|撤销|取消)我?的?(?:同意|授权|许可)",
    r"(?:别|不要|不准|停止)再?(?:发|传)(?:来|我|给我)?(?:了|啊|好吗|垃圾|广告|骚扰)",
    r"(?:发|传|打|找)错(?:人|号码?|了).{0,12}(?:别|不要|请勿|停)",
    r"^(?:滚|闭嘴|烦死了|骚扰短信|垃圾短信).{0,12}(?:别|不要|停|退订|举报)",
)
MEANT: Final = (*ENGLISH, *SPANISH, *CHINESE)

THREAT: Final = re.compile(
    r"\bif (?:you|u|y'?all|i) .{0,40}\b(?:text|messag|contact|writ|bother|msg)\w*.{0,60}"
    r"\b(?:sue|suing|report|block|lawyer|attorney|legal|complain|fcc|ftc|police|court)"
    r"|\b(?:sue|suing|report|reporting|block|blocking) (?:you|u|this|your)\b.{0,30}\bif\b"
    r"|\bsi (?:me )?(?:vuelv|sig|contin)\w* .{0,30}(?:denunci|demand|report|bloque|policia|queja)"
)
"""What threatens with what comes after another message."""

KEPT: Final = re.compile(
    r"\b(?:don'?t|do not|dont|never|please don'?t) (?:ever )?(?:remove|delete|take|drop|erase"
    r"|unsubscribe|opt) "
    r"|\bno me (?:quit|borr|saqu|elimin)\w+ |\bno me molestan?\b(?! (?:mas|con))"
    r"|(?:不要|别)(?:把我)?(?:删|移除|退订|取消订阅|拉黑)"
    r"|\b(?:unsubscribed|opted out|(?:me )?di de baja) .{0,12}\b(?:accident|mistake|error"
    r"|equivocacion)"
    r"|\bno me (?:estan? )?(?:llegan?|llegaron|llego|llegando|han? llegado)\b"
)
"""What asks to stay, regrets having left, or says that nothing came."""

NARROWED: Final = re.compile(
    r"\bopt(?:ing)?[ -]?out of (?:the|a|that|my|any|our|having) "
    rf"(?!(?:{_MESSAGES}|list|program|service|subscription|text|sms)\b)"
    r"|\b(?:text|message|send|write)(?: to)? (?:me|us) (?:the|a|an|my|our|that) (?:quote|menu|price"
    r"|address|photos?|pics?|bill|invoice|details|info|receipt|contract|link|total|time)\b"
    r"|\bat work\b|\b(?:only|just) (?:text|message|e?mail) me\b|\b(?:text|message|e?mail) (?:me|it"
    r"|us) instead\b|\b(?:before|after) \d|\bat night\b|\bso early\b|\bso late\b|\buntil\b"
    r"|\b(?:escrib|mand|envi|contact)\w*(?:me|nos|melo|mela) (?:por(?! fav)|a|en|mejor)\b"
    r"|\bmejor (?:por|escrib|llam|mand|envi|al? )|\bal trabajo\b|\bde noche\b|\btan (?:tarde"
    r"|temprano)\b"
    r"|\bwait ?list|\blista de espera\b|候补|就好|就行|半夜|晚上|上班"
    r"|(?:发给|联系|打给|找)(?:我(?:老|先|太|妈|爸|儿|女|朋|姐|妹|哥|弟|公司)|他|她)"
)
"""What asks for it in another way, or at another time."""

DELIGHT: Final = re.compile(
    r"\b(?:amazing|cheap|funny|hilarious|love|lol|lmao|haha\w*|omg|wow|cute|awesome|jaja\w*"
    r"|delicious|yum\w*|incredible|gorgeous|unreal|fantastic|drool\w*|deliciosos?|deliciosas?"
    r"|ric[oa]s?"
    r"|riquisim[oa]s?)\b|哈哈|好吃|太香"
)
"""Who writes so says "stop!" for joy."""

SPELT: Final = (
    (re.compile(r"\b(?:stahp|stop{2,9}|stoo+p|sotp|stpo|sttop|stp|ztop|stopt|stops)\b"), "stop"),
    (
        re.compile(r"\b(?:plese|pleas|pleae|plase|pease|plesae|pleese|plis|pliz|plx|pls|plz)\b"),
        "please",
    ),
    (re.compile(r"\b(?:ur|yur)\b"), "your"),
    (re.compile(r"\bn\b"), "and"),
    (re.compile(r"\b(?:thx|thnx|tks|thks|tnx|tx u|ty)\b"), "thanks"),
    (re.compile(r"\b(?:msjs?|msgs? de texto|mensages?)\b"), "mensajes"),
    (re.compile(r"\b(?:txt|txet|tex|tetx)\b"), "text"),
    (re.compile(r"\b(?:txts|txets)\b"), "texts"),
    (re.compile(r"\b(?:txt|tx|tex|text)(?:ing|in|ng|n)\b"), "texting"),
    (re.compile(r"\b(?:mesage|messge|massage|mssage|messege)(s|ing)?\b"), r"message\1"),
    (re.compile(r"\bmessageing\b"), "messaging"),
    (re.compile(r"\b(?:unsu[bs]\w*cri?be?|unsubsc\w{0,5}e|unsub)\b"), "unsubscribe"),
    (re.compile(r"\b(?:dont|don t|dnt|do nt)\b"), "don't"),
    (
        re.compile(
            r"\b(?:f+u+c*k+i?n?g?|fuckin|f ing|f in|effing|freaking|frickin|goddamn|god damn|damn"
            r"|bloody|shit|asap|hell|pinche|pinches|puto|putos)\b ?"
        ),
        "",
    ),
)
"""Slips of the thumb, and what is said in anger, as it would be without."""


def respell(read: str) -> str:
    """The text without usual slips and without words of anger."""
    for pattern, instead in SPELT:
        read = pattern.sub(instead, read)
    return " ".join(read.split())
