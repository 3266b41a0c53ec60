"""When people in the United States may be written to unasked, and how often, as data.

No advice and no code: bot/quiet.py reads it, and a business may be stricter in its profile. Hours
are those of the person's own clock. Sources: 47 CFR 64.1200(c)(1) for the country; for the states
third parties' tables of calling hours, all read 2026-11-23, and where they differ the strictest:
dropcowboy.com/state-compliance (of 2025-11-01), blog.clickpointsoftware.com (2025-07),
usestello.com/compliance (2026-04-08), support.referrizer.com. Only one of them names California,
Nevada, Wyoming and Pennsylvania's Sundays; Maine's are of automated solicitation. Most are written
of calls and taken for texts as well. Not confirmed by what was read, from memory and kept because
stricter: Maryland's three a day and Washington's clear consent. Not here: holidays, which Alabama,
Louisiana, Mississippi, Rhode Island and Utah close. Area codes: the numbering plan as the library
phonenumbers has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when, on one day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Law:
    """What a place allows."""

    span: Span
    saturday: Span | None = None
    """None: as on any other day."""
    sunday: Span | None = None
    a_day: int | None = None
    """Unasked messages in 24 hours; None: no number is named."""
    wants_clear_consent: bool = False
    """Whether promotion needs a yes to promotion itself, not only a return after STOP."""

    def on(self, day: date) -> Span:
        """Its hours of that day."""
        of_day = {6: self.saturday, 7: self.sunday}.get(day.isoweekday())
        return self.span if of_day is None else of_day


FEDERAL = Law(Span(time(8), time(21)))
CLOSED = Span(time(0), time(0))
_EIGHT_TO_EIGHT = Span(time(8), time(20))
_NINE_TO_NINE = Span(time(9), time(21))
_TEN_TO_FIVE = Span(time(10), time(17))

STATES: Mapping[str, Law] = MappingProxyType(
    {
        "AL": Law(_EIGHT_TO_EIGHT, sunday=CLOSED),
        "CA": Law(_NINE_TO_NINE),
        "CT": Law(Span(time(9), time(20))),
        "FL": Law(_EIGHT_TO_EIGHT, a_day=3),
        "IL": Law(_NINE_TO_NINE),
        "KY": Law(Span(time(10), time(21))),
        "LA": Law(_EIGHT_TO_EIGHT, sunday=CLOSED),
        "MA": Law(_EIGHT_TO_EIGHT),
        "MD": Law(_EIGHT_TO_EIGHT, a_day=3),
        "ME": Law(Span(time(9), time(17)), saturday=CLOSED, sunday=CLOSED),
        "MI": Law(_NINE_TO_NINE),
        "MN": Law(_NINE_TO_NINE),
        "MS": Law(_EIGHT_TO_EIGHT, sunday=CLOSED),
        "NJ": Law(_EIGHT_TO_EIGHT),
        "NM": Law(_NINE_TO_NINE),
        "NV": Law(Span(time(9), time(20))),
        "OK": Law(_EIGHT_TO_EIGHT, a_day=3),
        "PA": Law(FEDERAL.span, sunday=CLOSED),
        "RI": Law(Span(time(9), time(18)), saturday=_TEN_TO_FIVE, sunday=_TEN_TO_FIVE),
        "TX": Law(_NINE_TO_NINE, sunday=Span(time(12), time(21))),
        "WA": Law(_EIGHT_TO_EIGHT, wants_clear_consent=True),
        "WY": Law(_EIGHT_TO_EIGHT),
    }
)
"""Where it is stricter than in the country."""

_AREA_CODES: Mapping[str, str] = MappingProxyType(
    {
        "AK": "907",
        "AL": "205 251 256 334 659 938",
        "AR": "327 479 501 870",
        "AZ": "480 520 602 623 928",
        "CA": "209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650"
        " 657 661 669 707 714 738 747 760 805 818 820 831 840 858 909 916 925 949 951",
        "CO": "303 719 720 748 970 983",
        "CT": "203 475 860 959",
        "DC": "202 771",
        "DE": "302",
        "FL": "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863"
        " 904 941 954",
        "GA": "229 404 470 478 678 706 762 770 912 943",
        "HI": "808",
        "IA": "319 515 563 641 712",
        "ID": "208 986",
        "IL": "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872",
        "IN": "219 260 317 463 574 765 812 930",
        "KS": "316 620 785 913",
        "KY": "270 364 502 606 859",
        "LA": "225 318 337 504 985",
        "MA": "339 351 413 508 617 774 781 857 978",
        "MD": "227 240 301 410 443 667",
        "ME": "207",
        "MI": "231 248 269 313 517 586 616 679 734 810 906 947 989",
        "MN": "218 320 507 612 651 763 952",
        "MO": "235 314 417 557 573 636 660 816 975",
        "MS": "228 601 662 769",
        "MT": "406",
        "NC": "252 336 472 704 743 828 910 919 980 984",
        "ND": "701",
        "NE": "308 402 531",
        "NH": "603",
        "NJ": "201 551 609 640 732 848 856 862 908 973",
        "NM": "505 575",
        "NV": "702 725 775",
        "NY": "212 315 329 332 347 363 516 518 585 607 624 631 646 680 716 718 838 845 914 917"
        " 929 934",
        "OH": "216 220 234 283 326 330 380 419 440 513 567 614 740 937",
        "OK": "405 539 572 580 918",
        "OR": "458 503 541 971",
        "PA": "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878",
        "RI": "401",
        "SC": "803 821 839 843 854 864",
        "SD": "605",
        "TN": "423 615 629 731 865 901 931",
        "TX": "210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832"
        " 903 915 936 940 945 956 972 979",
        "UT": "385 435 801",
        "VA": "276 434 540 571 686 703 757 804 826 948",
        "VT": "802",
        "WA": "206 253 360 425 509 564",
        "WI": "262 274 353 414 534 608 715 920",
        "WV": "304 681",
        "WY": "307",
    }
)
STATE_OF_AREA: Mapping[str, str] = MappingProxyType(
    {code: state for state, codes in _AREA_CODES.items() for code in codes.split()}
)
"""A guess: people keep their number when they move."""
