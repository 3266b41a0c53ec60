"""Whether a bare figure answers "which day?" or "which time?", or counts guests.

"20", "maybe the 20?" and "那就20吧" answer; "what if we only do 20?" and "we would be 12" speak of
guests and must never become the 20th or noon. Called by the rules that read figures alone.
"""

from __future__ import annotations

from typing import Final

from bot.language.date_rules import Hit

_ANSWERING: Final = frozenset(
    "ok okay k yes yeah yep sure hmm hm um uh well then oh how what lets let's do try go be would "
    "works work good best better fine please pls plz prefer i i'd id ill i'll think thinking guess "
    "thanks thank you it its it's that thats that's is will take pick choose want date time day "
    "option hi hello hey great perfect cool sounds if possible "
    "si bueno pues entonces que seria sera puede ser creo prefiero escojo elijo gracias favor "
    "porfa por tal esta bien me gustaria perfecto claro quiero fecha hora dia opcion hola vale "
    "好 吧 嗯 选 選 是 啊 呀 可 以 那 想 我 谢 謝 日 天 行 的 请 請 要 呗 哦".split()
)
_COUNTING: Final = frozenset(
    "only just be are down were we're wed we'd be us total people us final instead add count "
    "somos seremos seamos seriamos serian sean son nomas solo vamos ponle pongale "
    "ponga subale bajale total "
    "一 共 总 總 加 减 位 个 個 人 只".split()
)


def is_answer(hit: Hit) -> bool:
    """Whether nothing but words of answering stands beside the figure."""
    return all(token.text in _ANSWERING for token in hit.tokens if token.kind == ".")


def answers(hit: Hit) -> bool:
    """Whether a figure may be an hour: no word of counting leads to it, and no late hour, which is
    sooner a count, stands among other matters."""
    is_changed = any(token.text == "改成" for token in hit.tokens)
    if hit.value("c") > 12 and (is_changed or not is_answer(hit)):
        return False
    start, end = hit.match.start(), hit.match.end()
    beside = (*hit.tokens[max(0, start - 2) : start], *hit.tokens[end : end + 1])
    return not any(token.text in _COUNTING for token in beside)
