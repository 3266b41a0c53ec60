"""Whether a text speaks of danger to people: fire, injury, sickness, violence, somebody drunk.

Patterns of the three languages over folded text. A grill, its flames and a hot plate are our trade
and no danger; whoever reads this weighs it with the feeling it is said in.
"""

from __future__ import annotations

import re

from bot.language.numbers import fold

_ENGLISH = (
    r"\b(?:(?:on|caught|catch(?:es|ing)?|started? a|house|grass|grease|deck|there'?s a) fire"
    r"|in flames|burn(?:ed|t|s|ing)? (?:\w+ ){0,2}(?:hand|arm|face|finger|leg|skin|child|kid|son"
    r"|daughter|guest|himself|herself|myself|me|him|her|us|down|somebody|someone)"
    r"|(?:got|been|was|is|badly) burn(?:ed|t)|second.degree|blister\w*"
    r"|gas (?:leak\w*|smell)|smell(?:s|ing)? (?:of )?gas|propane leak\w*|explo(?:d\w+|sion)"
    r"|carbon monoxide|injur\w*|bleed\w*|unconscious|passed out|faint(?:ed|ing)|seizures?"
    r"|chok(?:ed|es|ing)|(?:can'?t|cannot|stopped|trouble|struggling to) breath\w*"
    r"|(?:throat|face|lips?|tongue|eyes?|airway) (?:\w+ ){0,3}(?:swell\w*|swollen|clos(?:ed|ing))"
    r"|swollen (?:throat|face|lips?|tongue|eyes?)|anaphyla\w*|epi ?pens?|hives"
    r"|ambulance|paramedics?|emergency room|hospital\w*|911|poison\w*"
    r"|(?:got|getting|feel(?:s|ing)?|been|is|are|was|were|all|became|made (?:us|me|him|her|them))"
    r" (?:so |very |really |violently |all )?(?:sick|ill)|food poisoning|vomit\w*|throwing up"
    r"|threw up|undercooked|unsafe|not safe|(?:in|real) danger|dangerous\w*|threaten\w*"
    r"|weapons?|a gun|guns?|pulled a knife|(?:with|waving) a knife|assault\w*|attack(?:ed|ing)"
    r"|harass\w*|grop(?:ed|ing)|stalk\w*|the police|call(?:ing|ed)? (?:the )?(?:cops|police)"
    r"|drunk|intoxicated|high on|smell(?:s|ed|ing)? (?:of|like) (?:alcohol|booze|weed))\b"
)
_SPANISH = (
    r"\b(?:incendi\w+|en llamas|hay fuego|se (?:prendio|esta prendiendo|incendio)\w*"
    r"|se (?:quemo|ha quemado|quemaron)|quemadur\w+|fuga de gas|huele a gas|olor a gas"
    r"|explo(?:to|sion|tar)\w*|herid[oa]s?|lesion\w*|sangr(?:e|a|ando)|desmay\w+|inconsciente"
    r"|convulsion\w*|(?:no (?:puede|puedo)|le cuesta) respirar|se (?:ahoga|esta ahogando)"
    r"|(?:garganta|cara|labios?|lengua|ojos?) (?:\w+ ){0,3}hinch\w*"
    r"|se le (?:esta )?(?:hinch|cierr|cerr)\w* (?:la|los) (?:garganta|cara|labios|lengua|ojos)"
    r"|anafila\w*|ambulancia|urgencias|hospital|envenen\w+|intoxic\w+|vomit\w+"
    r"|se (?:enfermo|enfermaron|puso mal|pusieron mal)|nos enfermamos|peligro\w*|insegur[oa]s?"
    r"|amenaz\w+|armas?|pistola|con un cuchillo|agredi\w+|golpe(?:o|aron)|acos(?:o|ando|aron)"
    r"|la policia|borrach[oa]s?|ebri[oa]s?|olia a alcohol|huele a alcohol)\b"
)
_CHINESE = (
    r"着火|著火|起火|失火|火灾|火災|烧伤|燒傷|烫伤|燙傷|煤气泄漏|燃气泄漏|漏气|漏氣|煤气味|爆炸"
    r"|受伤|受傷|流血|昏倒|晕倒|暈倒|昏迷|抽搐|窒息|噎住|不能呼吸|呼吸困难|喘不过气|喘不上气"
    r"|(?:喉咙|嗓子|脸|嘴唇|舌头|眼睛).{0,3}(?:肿|腫)|过敏性休克|過敏性休克|救护车|救護車|急救|急诊|急診|医院|醫院|中毒|呕吐|嘔吐|吐了|上吐下泻|拉肚子|不安全|危险|危險"
    r"|威胁|威脅|武器|拿(?:着)?刀|持刀|枪|打人|骚扰|騷擾|报警|報警|警察|喝醉|醉酒|酒气|一身酒味"
)
_DANGER = re.compile(f"{_ENGLISH}|{_SPANISH}|{_CHINESE}")
_FUNNY = re.compile(r"\b(?:get|getting|got|be|so) (?:\w+ )?drunk (?:and|with|at|on|tonight)\b")
"""Guests who mean to drink at their own party."""


def speaks_of_danger(text: str) -> bool:
    """Whether somebody's safety is spoken of."""
    return _DANGER.search(_FUNNY.sub(" ", fold(text))) is not None
