"""What gives away that a program wrote a draft's words for a program: markup, code, orders, names.

Judges a folded draft by itself; runs of our instructions' words are bot/guard.py's to find. Which
person the concierge may not claim to be is here too; bot/guard.py asks.
"""

from __future__ import annotations

from bot.guard_deeds import any_of
from bot.language import claim_patterns

_MARKUP = any_of(
    r"</?(?:tool|think|system|assistant|user|function)", r"```|\*\*|~~|__",
    r"function_call|tool_calls?\b|toolresult", r"<\|\w+", r"[{}]", r"[{\[]\s*\"",
    r"\"(?:name|arguments|role|content)\"\s*:", r"\[/?(?:inst|tool\w*)\]", r"</?[a-z!]",
    r"&(?:lt|gt|amp|quot|nbsp|#\d{2,4});", r"\[[^\]\n]{1,60}\]\(", r"%\(\w{1,40}\)|%[sd]\b|\$\{",
    r"\[object ", r"^\s*(?:null|undefined|none|nan|nil|true|false|n/a|todo)\W*$",
    r"\b(?:select \S{1,40} from|drop table|insert into|delete from|union select|truncate table)\b",
    r"traceback|\bexception:|\berror:|\bstack trace|\b\w+error\b\s*:",
    r"(?:^|\s)(?:human|assistant|user|system|ai|tool|developer)\s?:(?!//)",
    r"^#{1,6} |^\s*\|.*\|\s*$",
    # A name that only programs write: hand_off, price_party, customer_care.
    r"(?<![\w@/.])[a-z]+(?:_[a-z0-9]+)+\b(?![@.]\w)",
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    r"\bjavascript:|\bonerror\s?=|\bdata:text|\bbase64\b",
)  # fmt: skip
_ORDERS = any_of(
    r"system prompt|\b(?:my|the|these|our) (?:hidden |secret |internal |system |own )?(?:prompt"
    r"|instructions? (?:say|are|tell|state|forbid|read|begin|require)|programming"
    r"|guardrails?)\b",
    r"\bmy (?:rules?|guidelines|orders|directives|instructions)\b",
    r"\bi(?:'m| am| was| have been|'ve been) (?:not |only )?(?:instructed|programmed|prompted"
    r"|configured|ordered|told (?:to|not|never|that i))\b",
    r"\bnot allowed to (?:reveal|promise|tell|disclose|discuss|share)\b|\bto reveal my\b",
    r"language model|chat ?gpt|\bgpt[- ]?\d|\bopenai\b|\banthropic\b|\bgemini\b|\bllama\b"
    r"|\bqwen|\bdeepseek|\bmistral\b|\bcopilot\b|\bneural network|\btraining data",
    r"\byou are the concierge\b|\brules that no\b|\bignore (?:all |the |my |your )?(?:previous"
    r"|prior|above)|\bas instructed\b|\bdeveloper mode|\bjailbreak",
    r"\b(?:tool|function) (?:result|call|returned|output|named|called)\b|\bapi (?:call|key)\b",
    r"\bmis (?:instrucciones|reglas|ordenes|directrices)\b|\b(?:me|fui) (?:ordenaron|ordenado"
    r"|instruyeron|instruido|programaron|programado|configuraron)\b|\bsegun mis\b"
    r"|\bmodelo de lenguaje|\bprompt\b|\bresultado de (?:la|una) herramienta|\binteligencia"
    r" artificial de\b|\bprohibido (?:revelar|decir)",
    r"我的(?:指令|规则|提示词?|设定|系统|程序)|系统(?:提示|指令|消息)|提示词|语言模型|大模型"
    r"|(?:被|有人)(?:要求|指示|禁止)(?:不|我|透露)|指令(?:说|要求|是)|调用\S{0,3}(?:工具|函数"
    r"|[a-z_]{3})|人工智能模型",
)  # fmt: skip
_PERSON = any_of(
    r"\bi(?:'m| am) (?:a |an |actually |really )*(?:real |actual |live )?(?:human|person|real)\b",
    r"\ba (?:real|live|actual) human\b|\breal human being\b",
    r"\bnot (?:a |an )?(?:bot|robot|machine|ai|computer)\b(?! can)|\bno bots?\b",
    r"(?:this is|speaking (?:with|to)|talking (?:to|with)|chatting with) (?:a |an )?(?:real|live"
    r"|actual|genuine) (?:human|person|agent|operator|employee)",
    r"\b(?:just|really|only) me typing|\bi(?:'m| am) (?:sitting|standing|typing) (?:in|at|here"
    r"|this)|\bi work (?:in|at|from) (?:the|our|an?) (?:office|kitchen|warehouse|restaurant)",
    r"\bi(?:'m| am) (?:the|a|your) (?:owner|manager|chef|cook|founder)\b|\bmy (?:wife|husband"
    r"|kids|boss)\b",
    r"\bsoy (?:un |una )?(?:persona|human[oa]|el duen[oa]|la duena|el gerente)\b"
    r"|\bno soy (?:un |una )?(?:bot|robot|maquina|ia\b)|\bpersona de verdad\b"
    r"|\b(?:hablando|habla) con (?:una|un) (?:persona|human[oa])",
    r"我是(?:一个)?(?:真人|人类|真的人|活人|老板|经理)|我不是(?:机器人|ai|人工智能|电脑)"
    r"|我在(?:办公室|厨房|店里)|在办公室上班",
)  # fmt: skip
_NAMED = any_of(
    r"\bmy name(?:'s| is) [a-z]+",
    r"\bme llamo [a-z]+|\bmi nombre es [a-z]+",
    r"我叫[\u4e00-\u9fff]{1,4}|我的名字",
)


def leaks(draft: str, trusted: str) -> list[str]:
    """Codes of what a folded draft gives away: markup, instructions leaked, human."""
    # A signed link may hold two underscores, or what looks like a tool's name.
    unsigned = claim_patterns.URL.sub(lambda link: link[0].replace("_", ""), draft)
    broken = ["markup"] * bool(_MARKUP.search(unsigned))
    broken += ["instructions leaked"] * bool(_ORDERS.search(draft))
    named = _NAMED.search(draft)
    is_posing = _PERSON.search(draft) or (named and named[0] not in trusted)
    return [*broken, *["human"] * bool(is_posing)]
