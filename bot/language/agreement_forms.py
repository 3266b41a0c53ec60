"""The forms of saying "book it" and "I accept the terms", put together from verbs and objects.

A list of sentences would always lack the next one; a verb of keeping with an object and nothing
else binds whichever of them is chosen. bot/language/agreement_words.py is the only caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final


def _joined(*parts: Sequence[str]) -> Iterator[str]:
    """Every choice of one of each, as phrases; an empty string is nothing."""
    for chosen in product(*parts):
        yield " ".join(filter(None, chosen))


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split("|"))


_BOOK: Final = _split(
    "book | reserve | hold | grab | snag | save | keep | lock | lock in | secure | finalize"
    " | finalise | claim | schedule"
)
_TAKE: Final = _split("ill take | well take | i will take | we will take | i take | we take")
_WHAT: Final = _split(
    "it | that | this | that one | this one | the date | that date | this date | our date | my date"
    " | the day | that day | the spot | that spot | our spot | my spot | the slot | that slot"
    " | our slot | the time | that time | the booking | the reservation | our booking | my booking"
    " | our reservation | my reservation | the party | our party | the event | our event"
)
_FOR_WHOM: Final = _split(" | in | down | for us | for me | in for us | in for me")
_PLACED: Final = _split(
    "book us | book me | book us in | book me in | pencil us in | put us in | put us down"
    " | put me down | count us in | count me in | lock us in | lock me in | sign us up | sign me up"
    " | get us booked | get me booked | get it booked | get that booked | get us in | set it up"
    " | get us down | get us on the calendar | put us on the calendar | put it on the calendar"
)
_PROCEED: Final = _split(
    "proceed | go ahead | move forward | go forward | move ahead | carry on | continue"
)
_WITH: Final = _split(
    "with it | with that | with this | with the booking | with the reservation | with our booking"
    " | with my booking | with our reservation | with my reservation | with booking"
    " | with everything | and book | and reserve"
)
_MAKE: Final = tuple(
    _joined(("make", "place", "complete"), ("the", "our", "my"), ("booking", "reservation"))
)
_ACCEPT: Final = tuple(
    _joined(
        ("", "i", "we", "yes i", "yes we", "we both", "we all"),
        ("accept", "agree to", "agree with", "agree on", "approve"),
        _split(
            "the terms | your terms | these terms | those terms | all terms | all the terms"
            " | all your terms | the terms and conditions | the conditions | everything | all of it"
            " | all of that | all that | it all | it | that | the agreement"
        ),
    )
)
_ACCEPTED: Final = tuple(
    _joined(
        ("terms", "the terms", "all terms", "everything", "terms and conditions"),
        ("", "are", "is"),
        ("accepted", "agreed"),
    )
)

_STEMS: Final = _split("apart | guard | reserv | agend | apunt | anot | separ | asegur | program")
_ENDINGS: Final = _split("a | e | en")
_CLITICS: Final = _split("lo | la | me | nos | melo | mela | noslo | nosla | selo")
_COSAS: Final = tuple(
    _joined(
        ("la", "esa", "esta", "mi", "nuestra"),
        ("fecha", "reserva", "reservacion", "cita"),
    )
) + _split("el dia | ese dia | el lugar | ese lugar | el horario | el evento | la fiesta")
_IMPERATIVOS: Final = tuple(
    stem + ending + clitic for stem, ending, clitic in product(_STEMS, _ENDINGS, _CLITICS)
)
_APARTE: Final = tuple(
    _joined([s + e for s, e in product(_STEMS, _ENDINGS)], ("", "nos", "me"), _COSAS)
) + tuple(_joined([s + e + c for s, e, c in product(_STEMS, _ENDINGS, ("me", "nos"))], _COSAS))
_PROCLITICS: Final = tuple(
    _joined(
        ("me lo", "me la", "nos lo", "nos la", "lo", "nos"),
        [stem + ending for stem, ending in product(_STEMS, _ENDINGS)],
    )
)
_INFINITIVOS: Final = tuple(
    _joined(
        ("puede", "puedes", "pueden", "quiero", "queremos"),
        [f"{stem}ar{c}" for stem, c in product(_STEMS, ("lo", "la", "melo", "mela", "noslo"))],
    )
)
_HACER: Final = tuple(
    _joined(
        ("haz", "haga", "hagan", "hagamos", "hagame", "haganme", "haganos", "hagannos", "hazme"),
        ("la", "mi", "nuestra"),
        ("reserva", "reservacion"),
    )
)
_SEGUIR: Final = tuple(
    _joined(
        ("proceda", "procede", "procedan", "procedamos", "adelante", "siga", "sigue", "sigan"),
        ("con la", "con mi", "con nuestra"),
        ("reserva", "reservacion", "fecha"),
    )
)
_ACEPTO: Final = tuple(
    _joined(
        ("acepto", "aceptamos", "acepta", "se acepta"),
        _split(
            "todo | los terminos | las condiciones | los terminos y condiciones | terminos"
            " | todos los terminos | sus terminos | sus condiciones | eso | todo eso"
        ),
    )
) + tuple(
    _joined(
        ("", "estoy", "estamos", "si estoy", "si estamos", "todos"),
        ("de acuerdo con", "conforme con", "conformes con"),
        _split(
            "todo | los terminos | las condiciones | los terminos y condiciones | eso | todo eso"
            " | lo que dice | lo acordado"
        ),
    )
)

_DING: Final = _split(
    "订 | 预订 | 预定 | 预约 | 订下 | 订下来 | 订上 | 订好 | 订位 | 订一下 | 预订一下 | 预定一下"
    " | 保留 | 保留一下 | 留 | 留着 | 留下 | 留下来 | 留位 | 留位子 | 留位置 | 留一下 | 定 | 定下"
    " | 定下来 | 定好 | 安排 | 安排上 | 安排一下 | 安排预订 | 下单 | 下订 | 确认 | 确认预订"
    " | 确认一下预订 | 锁定 | 办 | 办理 | 办理预订 | 预留 | 预留一下 | 登记 | 登记一下"
)
_BANG: Final = _split(
    "请 | 帮 | 帮忙 | 请帮 | 请帮忙 | 帮我 | 帮我们 | 给我 | 给我们 | 替我 | 替我们 | 为我们 | 我要"
    " | 我们要 | 我想 | 我们想 | 可以帮我 | 可以帮我们 | 你帮我 | 您帮我 | 直接 | 就 | 那就 | 麻烦"
    " | 先帮我 | 先帮我们"
)
_ZHE: Final = _split("这个 | 这天 | 那天 | 这个时间 | 这个日期 | 这个位子 | 位子 | 位置 | 那个时间")
_TIAO: Final = _split(
    "条款 | 条件 | 这些条款 | 所有条款 | 全部条款 | 以上条款 | 你们的条款 | 以上 | 全部 | 所有条件"
    " | 这些条件 | 以上内容 | 上述条款"
)


def _chinese() -> Iterator[str]:
    for lead, verb, what in product(_BANG, _DING, ("", *_ZHE)):
        yield lead + verb + what
    for verb, what in product(_DING[:20], _ZHE):
        yield verb + what


BOOKING: Final = (
    *_joined(_BOOK, _WHAT, _FOR_WHOM),
    *_joined(_TAKE, _WHAT),
    *_PLACED,
    *_joined(_PROCEED, _WITH),
    *_MAKE,
    *_IMPERATIVOS,
    *_APARTE,
    *_PROCLITICS,
    *_INFINITIVOS,
    *_HACER,
    *_SEGUIR,
    *_chinese(),
)
"""What orders the booking."""
ACCEPTING: Final = (
    *_ACCEPT,
    *_ACCEPTED,
    *_ACEPTO,
    *(
        who + verb + what
        for who in ("", "我", "我们", "都", "我们都", "本人")
        for verb in ("接受", "同意", "认可")
        for what in ("", *_TIAO)
    ),
)
"""What says yes to terms, whatever they are for."""
