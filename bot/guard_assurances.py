"""Assurances that are nobody's to give in a chat: of law, of health, of what food is free of.

A table for bot/guard_matters.py, made as bot/guard_bargains.py's is. An allergy named beside "safe"
is bot/guard_rules.py's.
"""

from __future__ import annotations

from collections.abc import Mapping

_FOOD = (
    r"(?:nuts?|peanuts?|tree nuts?|peanut oil|sesame(?: oil)?|gluten|wheat|dairy|milk|eggs?|soy"
    r"|shellfish|shrimp|fish|msg|pork|alcohol|allergens?|lactose)"
)
_ALIMENTO = (
    r"(?:nuez|nueces|cacahuates?|mani|gluten|trigo|lacteos|leche|huevos?|soya|soja|mariscos"
    r"|camaron(?:es)?|pescado|cerdo|alcohol|alergenos?|lactosa|sesamo|ajonjoli)"
)
_SHIPIN = "(?:坚果|花生|麸质|小麦|乳制品|牛奶|鸡蛋|大豆|海鲜|虾|鱼|味精|猪肉|酒精|过敏原|乳糖|芝麻)"

ASSURANCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "legal": (
        (
            "insu cove segu cubi",
            r"\binsur\w+ (?:\w+ ){0,2}(?:covers?|pays?|will|takes)\b|\bcovered (?:by|under|for|if"
            r"|against|in case)\b|\bfully covered\b|\b(?:we(?:'re| are)|are|is) (?:\w+ ){0,3}"
            r"(?:insured|bonded|licensed)\b|\bseguro (?:\w+ )?(?:cubre|paga|incluye)"
            r"|\bcubiert[oa]s? (?:por|con|en)\b|\b(?:estamos|somos) (?:\w+ ){0,2}(?:asegurad"
            r"|licenciad)[oa]s",
        ),
        (
            "liab resp faul neglig",
            r"\b(?:not |fully |legally )?liab(?:le|ility)\b|\b(?:we(?:'re| are)|is|are) (?:not "
            r"|never |fully |legally )*(?:responsible|at fault) for (?:any|your|the|burns|damage"
            r"|injur|los)|\baccept (?:no|full|all) (?:responsibility|liability)|\b(?:no )?(?:somos"
            r"|nos hacemos|es) responsables? (?:de|por)\b|\bresponsabilidad (?:civil|legal|total)",
        ),
        (
            "lega lawf law laws illeg ille unla ley leyes derec dere",
            r"\blegal(?:ly|mente)?\b|\bunlawful|\billegal|\b(?:by|against|under) (?:the |state "
            r"|federal )?law\b"
            r"|\bwithin your rights\b|\bcontra la ley|\bpor ley\b|\btiene derecho a\b",
        ),
        (
            "sue law atto clai dema",
            r"\bsue (?:them|us|him|her|the)\b|\b(?:file|press) (?:a )?(?:claim|charges|lawsuit)"
            r"|\bdemandar(?:los|lo|la|nos)?\b",
        ),
        (
            "perm need allo code fire",
            r"\bpermitted (?:to|in|on|at)\b|\b(?:no|don't|do not|won't|needn't|doesn't)"
            r"(?: \w+){0,2} (?:permits?|licen[cs]es?|permission)\b|\b(?:allowed|fine|ok|okay) (?:to"
            r" grill |by |in (?:any|every|all|your|the|state)|on (?:your|any|the|a) )"
            r"|\b(?:fire|health|city|building) code\b",
        ),
        (
            "perm nece",
            r"\b(?:esta|es|son) permitid[oa]s?\b|\bno (?:necesita|necesitas|hace falta|requiere"
            r"|se necesita)n? (?:\w+ )?(?:permiso|licencia)",
        ),
        ("cont bind", r"\bcontractually\b|\bbinding (?:contract|agreement)\b|\bvincula(?:nte"
                      r"|do) legal"),
        ("", r"保险\S{0,6}(?:包|赔|覆盖|保障|承保)|受\S{0,4}保险|(?:有|上了?)(?:责任)?保险"),
        ("", r"(?:不|全权|完全|承担)\S{0,2}(?:负责|责任)"),
        ("", r"法律|合法|违法|法定|有权(?:要求|退|索)|起诉|告他们"),
        ("", r"(?:不需要|不用|无需|不必)\S{0,4}(?:许可|执照|证)|(?:是|都|被)允许|获准"),
    ),
    "medical": (
        (
            "preg embar emba expe",
            r"\bpregnan\w*\b.{0,40}\b(?:safe|fine|ok|okay|good|no (?:risk|problem)|can (?:eat"
            r"|have))\b|\b(?:safe|fine|ok|okay|no (?:risk|problem)|good)\b.{0,40}\b(?:pregnan"
            r"|expecting|trimester|nursing|breastfeed)|\b(?:segur[oa]s?|sin (?:riesgo|problema)"
            r"|puede comer)\b.{0,40}\b(?:embaraz|lactan)|\bembaraz\w*\b.{0,40}\b(?:segur[oa]"
            r"|sin (?:riesgo|problema)|puede comer)",
        ),
        (
            "ill sick food hurt harm dano enfe pois",
            r"\b(?:won't|will not|can't|cannot|never|nobody|no one|doesn't|don't)\b(?: \w+){0,3}"
            r" (?:ill|sick|hurt|harm|upset (?:your|her|his|the)|food poison\w*)\b|\bno (?:le|les"
            r"|te) (?:va|van|hara|haran|hace)\b.{0,14}\b(?:dano|mal)\b|\bno (?:se|le|te) .{0,12}"
            r"\benferm",
        ),
        (
            "cure heal trea cura prev boos detox good bene lowe alivi alivia",
            r"\bcures?\b|\bheals?\b|\b(?:treats?|prevents?|relieves?|eases?) (?:a |the |your )?"
            r"(?:cold|flu|cancer|pain|headache|diabetes|allerg|inflammation|illness|disease)"
            r"|\bgood for (?:your |the )?(?:blood|heart|cholesterol|diabet|digestion|immune|skin"
            r"|health)|\bhealth benefits?\b|\bboosts? (?:your )?immun|\b(?:cura|alivia"
            r"|previene) (?:el"
            r"|la|los|las|un|una)\b|\bbuen[oa] para (?:la|el|su) (?:salud|presion|corazon)",
        ),
        (
            "mg dose dosa pill tabl anti bena epip medi epi ibup aspi clar past toma tome dosi",
            r"\b\d+ ?(?:mg|milligrams?|miligramos)\b|\b(?:take|tome|toma|tomar|give|skip"
            r"|stop taking)"
            r"\b.{0,30}\b(?:pills?|tablets?|antihist\w*|benadryl|claritin|aspirin|ibuprofen\w*"
            r"|medic\w+|pastillas?|epi-?pen)|\bdos(?:e|age|is)\b|\b(?:don't|do not|won't|no)\b"
            r"(?: \w+){0,3} (?:epi-?pens?|inhalers?|medicines?|medication|insulin|medicina)\b",
        ),
        (
            "diab bloo chol hear asth kidn gout",
            r"\b(?:diabet\w+|asthma\w*|hypertens\w+|heart (?:patients?|condition)|kidney)\b.{0,30}"
            r"\b(?:can (?:eat|have)|fine|ok|okay|safe|without worry|no (?:problem|worry)|pueden?"
            r" comer|sin problema)",
        ),
        (
            "doct hosp medi",
            r"\b(?:don't|do not|no|needn't|not)\b(?: \w+){0,4} (?:doctor|hospital|physician)\b"
            r"|\bno\b.{0,20}\b(?:medico|doctor)\b",
        ),
        ("", r"(?:怀孕|孕妇|孕期|哺乳)\S{0,8}(?:没问题|可以|安全|放心|不影响)|(?:安全"
             r"|放心)\S{0,6}(?:孕)"),
        ("", r"(?:不会|不至于|从没|没人)\S{0,4}(?:生病|拉肚子|中毒|不舒服|有害|吃坏)"),
        ("", r"(?:能|可以|可)(?:治|预防|缓解)|治好|治愈|对(?:身体|血压|心脏|健康"
             r"|皮肤)\S{0,4}(?:好|有益)"),
        ("", r"(?:吃|服|服用)\S{0,4}(?:片|颗|粒|毫克)|抗过敏药|剂量|(?:不用|不必"
             r"|无需)\S{0,4}(?:肾上腺素|药|看医生)"),
        ("", r"(?:糖尿病|高血压|哮喘|心脏病)\S{0,6}(?:也)?(?:能吃|可以|没问题|放心)"),
    ),
    "diet": (
        (
            "cont no none nut free with neve any abse",
            rf"\b(?:there(?:'s| is| are)|contains?|has|have|uses?|using|cooks? with|with|with"
            rf" absolutely|add) (?:absolutely |any )*(?:no|zero) (?:\w+ )?{_FOOD}\b|\b(?:never"
            rf"|don't"
            rf"|do not|doesn't|does not|isn't any"
            rf"|aren't any)\b(?: \w+){{0,3}} {_FOOD}\b(?! (?:allerg"
            rf"|menu|option))|\bfree (?:of|from) (?:\w+ )?{_FOOD}\b",
        ),
        (
            "free",
            r"\b(?:everything|all|kitchen|grill|menu|sauces?|food|rice|dish(?:es)?|meal|it|they|which)\b"
            rf"(?: (?:is|are|we \w+|of it|our|on|the|menu|\w+ly|'s)){{0,3}} {_FOOD}[- ]free\b",
        ),
        ("hala kosh", r"\b(?:is|are|all|serve|use|uses|only|certified|son"
                      r"|es)\b(?: \w+){0,2} (?:halal|kosher)\b"),
        (
            "peli issu prob matt peop cele celi nuts pean shel",
            rf"\b{_FOOD}\b.{{0,20}}\b(?:no (?:issue|problem|danger|concern)|not an? (?:issue"
            r"|problem|concern))",
        ),
        (
            "cont hay nuez nuec glut llev sin libr tien usam",
            rf"\b(?:no (?:hay|contienen?|llevan?|tienen?|usamos|lleva)|sin|libre de|libres de)"
            rf" (?:\w+ )?{_ALIMENTO}\b(?! (?:es|son) )",
        ),
        (
            "fine okay safe be",
            r"\b(?:she|he|they|your (?:son|daughter|kid|child|wife|husband|guest|friend)s?)(?:'ll"
            r"| will) be (?:\w+ )?(?:fine|ok|okay|safe|alright) (?:with|eating|around)",
        ),
        ("", rf"(?:不含|没有|无|不放|不用|从不用)\S{{0,2}}{_SHIPIN}(?!过敏|选|的选)"),
        ("", r"(?:是|都是|全是)(?:清真|犹太)|清真(?:的|肉|认证)"),
        ("", r"(?:过敏|乳糜泻|不耐)\S{0,8}(?:能吃|可以吃|没事|不怕)"),
    ),
}  # fmt: skip
