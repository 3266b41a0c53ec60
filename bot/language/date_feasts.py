"""Feast days by the names customers give them, in three languages.

Fixed days and "the fourth Thursday of November" are ours: a few lines, no import. Easter comes from
dateutil, the Chinese lunar feasts from a table of years. A name that means two days in two
countries gives both, to be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from dateutil.easter import easter  # type: ignore[import-untyped]  # It ships no types.

Feast = Callable[[int], date | None]
MONDAY, THURSDAY, SUNDAY = 0, 3, 6


def nth_weekday(year: int, month: int, weekday: int, rank: int) -> date | None:
    """The so-manieth weekday of a month, the last one for -1; None where there is none."""
    first = date(year, month, 1)
    if rank < 0:
        following = date(year + month // 12, month % 12 + 1, 1)
        return following - timedelta(days=(following.weekday() - weekday - 1) % 7 + 1)
    day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (rank - 1))
    return day if day.month == month else None


def _on(month: int, day: int) -> Feast:
    return lambda year: date(year, month, day)


def _nth(month: int, weekday: int, rank: int, later: int = 0) -> Feast:
    def find(year: int) -> date | None:
        day = nth_weekday(year, month, weekday, rank)
        return day + timedelta(days=later) if day else None

    return find


def _easter(later: int = 0) -> Feast:
    def find(year: int) -> date | None:
        sunday: date = easter(year)
        return sunday + timedelta(days=later)

    return find


def _lunar(name: str, later: int = 0) -> Feast:
    def find(year: int) -> date | None:
        day = lunar_day(name, year)
        return day + timedelta(days=later) if day else None

    return find


# Month and day by year from 2025 on. A lunar calendar needs the moon; the `holidays` library knows
# it, but takes half a second and more to import, which would hold every customer of the worker up:
# the tests compare these figures with it instead.
FIRST_LUNAR_YEAR = 2025
_LUNAR_DAYS = {
    "new year": "0129 0217 0206 0126 0213 0203 0123 0211 0131 0219 0208 0128 0215 0204 0124 0212 "
    "0201 0122 0210 0130 0217 0206 0126 0214 0202 0123",
    "dragon boat": "0531 0619 0609 0528 0616 0605 0624 0612 0601 0620 0610 0530 0618 0607 0527 "
    "0614 0603 0622 0611 0531 0619 0608 0529 0615 0604 0623",
    "mid-autumn": "1006 0925 0915 1003 0922 0912 1001 0919 0908 0927 0916 1004 0924 0913 1002 "
    "0920 0910 0928 0917 1005 0925 0915 1004 0922 0911 0930",
}


def lunar_day(name: str, year: int) -> date | None:
    """A Chinese lunar feast of a year; None beyond the table."""
    days = _LUNAR_DAYS[name].split()
    index = year - FIRST_LUNAR_YEAR
    if not 0 <= index < len(days):
        return None
    return date(year, int(days[index][:2]), int(days[index][2:]))


_TABLE: tuple[tuple[tuple[Feast, ...], str], ...] = (
    ((_on(12, 24),), "christmas eve|xmas eve|nochebuena|noche buena|平安夜|圣诞夜|圣诞前夕|"
    "聖誕夜"),
    ((_on(12, 25),), "christmas|christmas day|xmas|x-mas|navidad|dia de navidad|圣诞节|圣诞|"
    "聖誕節"),
    ((_on(12, 31),), "new year's eve|new years eve|nye|nochevieja|noche vieja|fin de ano|"
    "ano viejo|"
     "跨年|跨年夜|新年前夜|vispera de ano nuevo"),
    ((_on(1, 1),), "new year's day|new years day|ano nuevo|dia de ano nuevo|元旦"),
    ((_on(12, 31), _on(1, 1)), "new year's|new years|new year"),
    ((_on(1, 1), _lunar("new year")), "新年"),
    ((_lunar("new year"),), "chinese new year|lunar new year|cny|ano nuevo chino|ano nuevo lunar|"
     "春节|春節|农历新年|大年初一|过年|spring festival"),
    ((_lunar("new year", -1),), "除夕|年三十|大年三十|lunar new year's eve|"
    "chinese new year's eve"),
    ((_lunar("new year", 14),), "元宵节|lantern festival"),
    ((_lunar("dragon boat"),), "端午节|端午|dragon boat festival"),
    ((_lunar("mid-autumn"),), "中秋节|中秋|mid-autumn festival|mid autumn festival|moon festival"),
    ((_nth(11, THURSDAY, 4),), "thanksgiving|thanksgiving day|turkey day|accion de gracias|"
     "dia de accion de gracias|感恩节|感恩節"),
    ((_nth(11, THURSDAY, 4, 1),), "black friday|viernes negro|黑色星期五|黑五"),
    ((_nth(5, SUNDAY, 2),), "mother's day|mothers day|母亲节|母親節"),
    # The second Sunday of May here, 10 May in Mexico: people of both countries live next door.
    ((_nth(5, SUNDAY, 2), _on(5, 10)), "dia de las madres|dia de la madre|dia de la mama"),
    ((_nth(6, SUNDAY, 3),), "father's day|fathers day|dia del padre|dia de los padres|父亲节|"
    "父親節"),
    ((_nth(5, MONDAY, -1),), "memorial day|阵亡将士纪念日"),
    ((_nth(9, MONDAY, 1),), "labor day|labour day"),
    ((_nth(9, MONDAY, 1), _on(5, 1)), "dia del trabajo|dia del trabajador|劳动节|勞動節"),
    ((_on(5, 1),), "may day|五一|五一节|五一劳动节"),
    ((_nth(1, MONDAY, 3),), "mlk day|martin luther king day|mlk"),
    ((_nth(2, MONDAY, 3),), "presidents day|president's day|presidents' day"),
    ((_nth(10, MONDAY, 2),), "columbus day|indigenous peoples day|indigenous people's day"),
    ((_nth(2, SUNDAY, 2),), "super bowl|super bowl sunday|superbowl|superbowl sunday"),
    ((_on(11, 11),), "veterans day|veteran's day"),
    ((_on(6, 19),), "juneteenth"),
    ((_on(7, 4),), "independence day|fourth of july|4th of july|july fourth|july the fourth|"
     "cuatro de julio|独立日|美国国庆|美国国庆节"),
    ((_on(7, 4), _on(9, 16)), "dia de la independencia"),
    ((_on(10, 1), _on(7, 4)), "国庆节|國慶節|国庆"),
    ((_on(10, 1),), "十一国庆|中国国庆节"),
    ((_on(10, 31),), "halloween|noche de brujas|万圣节|萬聖節|万圣夜"),
    ((_on(11, 2),), "day of the dead|dia de los muertos|dia de muertos"),
    ((_on(2, 14),), "valentine's day|valentines day|valentine's|valentines|san valentin|"
     "dia de san valentin|dia de los enamorados|dia del amor y la amistad|情人节|情人節"),
    ((_on(3, 17),), "st patrick's day|st patricks day|saint patrick's day|st paddys day"),
    ((_on(1, 6),), "dia de reyes|reyes magos"),
    ((_on(12, 12),), "dia de la virgen de guadalupe"),
    ((_on(4, 30),), "dia del nino"),
    ((_on(6, 1),), "儿童节|六一|兒童節"),
    ((_easter(),), "easter|easter sunday|domingo de pascua|pascua|domingo de resurreccion|复活节"),
    ((_easter(-2),), "good friday|viernes santo|耶稣受难日"),
    ((_easter(-7),), "palm sunday|domingo de ramos"),
)  # fmt: skip
FEASTS: Mapping[str, tuple[Feast, ...]] = {
    name: days for days, listed in _TABLE for name in listed.split("|")
}
_EVENTS = ("party", "parties", "fiesta", "posada", "gathering", "season", "themed", "派对", "聚会")


def feast_days(name: str, said_on: date, *, year: int = 0) -> tuple[date, ...]:
    """The next day of a feast, or that of a year; more than one where the name means more."""
    days: list[date] = []
    for feast in FEASTS[name]:
        for each in (year,) if year else (said_on.year, said_on.year + 1):
            day = feast(each)
            if day is not None and (year or day >= said_on):
                days.append(day)
                break
    return tuple(dict.fromkeys(days))


def is_only_a_kind(following: str) -> bool:
    """Whether the words after a feast make it a kind of party, as "Christmas party" does."""
    return following.lstrip().startswith(_EVENTS)
