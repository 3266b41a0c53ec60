"""Whether a text speaks of an allergy, states one, or asks if something is safe.

Patterns of the three languages over folded text. Whatever is named here is kept and shown to
whoever cooks; nothing here says that anything is safe.
"""

from __future__ import annotations

import re

from bot.language.numbers import fold

_FOODS = (
    r"(?:pea)?nuts?|almonds?|cashews?|shell ?fish|sea ?food|shrimps?|prawns?|lobster|crab|fish|soy"
    r"|eggs?|dairy|milk|gluten|wheat|sesame|msg"
)
_FOODS_ES = (
    r"mariscos?|nuec(?:es)?|nuez|cacahuates?|mani|camaron(?:es)?|pescado|soya|soja|huevos?|lacteos"
    r"|leche|gluten|trigo|ajonjoli|sesamo"
)
_NAMED = re.compile(
    r"\b(?:allerg\w*|allergi\w*|alerg\w*|alergi\w*|anaphyla\w*|anafila\w*|epi-?pens?|celiac\w*"
    r"|coeliac\w*|(?:lactose|gluten|dairy)[ -]intoleran\w*|intoleran(?:t|ce) (?:to|of)"
    rf"|intolerantes?|intolerancia|(?:can'?t|cannot|can not) (?:eat|have"
    rf"|touch) (?:any )?(?:{_FOODS})"
    rf"|no puede(?:n)? comer (?:{_FOODS_ES}))\b"
    r"|过敏|過敏|不耐受|乳糖不耐|(?:不能|不可以)(?:吃|碰)(?:任何)?(?:花生|坚果|海鲜|虾|蟹|鱼|鸡蛋"
    r"|蛋|牛奶|奶|麸质"
    r"|大豆|芝麻|贝)"
)
_AFTERWARDS = (
    r"(?:in(?:to)?|to) (?:the )?(?:er|e\.r\.|hospital|emergency room)|throat (?:closes|swells)"
    r"|swells? up|(?:breaks? out in )?hives|(?:can'?t|stops?) breath\w*"
    r"|(?:al|en el|a|en) (?:hospital|urgencias|emergencias)|se (?:le |me )?(?:hincha|cierra)"
    r"|ronchas|no puede respirar|(?:进|去|送)(?:了)?(?:医院|急诊)|(?:喉咙|嘴)(?:会)?肿|起疹子"
    r"|喘不过气"
)
_ALL_FOODS = rf"{_FOODS}|{_FOODS_ES}|花生|坚果|海鲜|虾|蟹|鱼|鸡蛋|牛奶|麸质|大豆|芝麻|贝"
_REACTION = re.compile(
    rf"(?:{_AFTERWARDS}).{{0,60}}(?:\b|(?<=[\u4e00-\u9fff]))(?:{_ALL_FOODS})"
    rf"|(?:{_ALL_FOODS}).{{0,60}}(?:{_AFTERWARDS})"
)
"""What happens to somebody who eats a thing: an allergy that is not called so."""
_CONDITION = re.compile(r"\b(?:if|when(?:ever)?|after|cuando|si|al|with|con)\b|就|会|吃|碰")
_NONE = re.compile(
    r"\b(?:no|without|zero|any) (?:known |food |nut |other )*allerg\w*"
    r"|\b(?:no ?(?:body|one)|none|not)\b(?: \w+){0,5} allerg\w*"
    r"|\b(?:sin|no (?:hay|tenemos|tengo|tiene|tienen)|ningun[ao]?|nadie(?: \w+){0,2}) "
    r"(?:\w+ )?alerg\w*"
    r"|(?:没有|没|无)(?:人|什么|任何|谁|食物|客人)*(?:对\S{0,6})?(?:过敏|過敏)|不(?:过敏|過敏)"
)
_OF_THE_HOUSE = re.compile(
    r"^\W*(?:(?:and|also|hi|hello|hey|y|hola)\W+)*(?:(?:do|does|can|could|will|are|how do|how does"
    r"|how are|what about|what happens with|what is) (?:you|your|the|there|food|nut|allerg\w*)\b"
    r"|(?:manejan|atienden|que hacen|que pasa|como|pueden|ofrecen|tienen)\b|(?:你们|您们|贵店"
    r"|能否|可以))"
)
_SOMEBODY = re.compile(
    r"\b(?:i|i'?m|im|i'?ve|my|mine|our|we|we'?re|us|me|he|she|son|daughter|wife|husband|mom|dad"
    r"|kids?|child|friends?|guests?|one of|someone|somebody|a few|two|three|person|soy|tengo"
    r"|tenemos|mis?|nuestr[oa]s?|hij[oa]s?|espos[oa]|alguien|un[oa]? (?:de|invitad\w)|invitad[oa]s?"
    r"|nin[oa]s?|hay)\b|我|他|她|孩子|小孩|客人|宾客|朋友|女儿|儿子|老婆|老公|太太|先生|家人"
    r"|有(?:一)?(?:个|位)?人|有人"
)
_SAFETY = re.compile(
    r"\b(?:is|are|would|will|can|could|does|do)\b.{0,60}\b(?:safe|ok|okay|fine|contain\w*|eat|have"
    r"|cross)\b|cross.?contaminat|\b(?:es|son|seria|sera)\b.{0,40}\b(?:segur|apt)[oa]s?\b|contamina"
    r"|\bpuede(?:n)? comer\b|安全|(?:可以|能)(?:吃|放心)|交叉|含有?\S{0,6}吗|没问题吗"
)
_ASKING = re.compile(
    r"(?:^|[.,;!¿\n]|\b(?:and|but|so|y|pero|if|whether|si|know|saber|wonder\w*|ask))\W*"
    r"(?:is|are|can|could|would|will|does|do|es|son|seria|sera|puede[ns]?|podria|hay)\b"
    r"|\b(?:if|whether|si)\b.{0,30}\b(?:safe|ok|okay|segur[oa]s?)\b|是否|能不能|可不可以|安不安全|行不行"
)
_SENTENCE = re.compile(r"[^.!?。！？\n;；]+[.!?。！？]?")
_SUFFERERS = re.compile(
    r"\b(?:one|an?|1|un[oa]?)\s+(?:of (?:our|the|my|us)\s+)?"
    r"(?:guests?|adults?|kids?|child(?:ren)?|people|persons?|invitad[oa]s?|niñ[oa]s?|personas?)\s+"
    r"(?:who |that |que )?(?:has|have|is|are|with|tienen?|es|son|con)\b"
    r"(?=[^.?!\n]{0,60}(?:allerg|al[eé]rgi))"
    r"|有?[一1][个位名]?(?:客人|人|孩子|小孩|成人)(?=[^。？！\n]{0,12}过敏)",
    re.IGNORECASE,
)


def names_allergy(text: str) -> bool:
    """Whether an allergy is spoken of at all, also in general."""
    return _is_named(fold(text))


def states_allergy(text: str) -> bool:
    """Whether somebody is said to have one: not "no allergies", not how the house goes about it."""
    return any(_states(sentence) for sentence in _SENTENCE.findall(fold(text)))


def asks_safety(text: str) -> bool:
    """Whether it is asked if somebody with an allergy may have something."""
    folded = fold(text)
    asks = "?" in folded or "？" in folded or "吗" in folded or bool(_ASKING.search(folded))
    return asks and _is_named(folded) and bool(_SAFETY.search(folded))


def _is_named(folded: str) -> bool:
    reaction = _REACTION.search(folded)
    is_meant = reaction is not None and _CONDITION.search(reaction.group()) is not None
    return is_meant or _NAMED.search(folded) is not None


def _states(sentence: str) -> bool:
    rest = _NONE.sub(" ", sentence)
    if not _is_named(rest):
        return False
    return not (_OF_THE_HOUSE.search(rest) and not _SOMEBODY.search(rest))


def without_sufferers(text: str) -> str:
    """The text without the one it counts only to say who has an allergy: that is no party."""
    return _SUFFERERS.sub(" ", text)
