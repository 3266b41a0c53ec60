"""Short forms of text messages and plain words of asking, for bot/language/slot_spelling.py."""

from __future__ import annotations

FORMS = {
    "u": "you", "ur": "your", "r": "are", "n": "and", "hw": "how", "mch": "much", "muc": "much",
    "hm": "how much", "hmuch": "how much", "wat": "what", "wut": "what", "wht": "what",
    "cn": "can", "nxt": "next", "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow",
    "2mrw": "tomorrow", "2moro": "tomorrow", "tomoro": "tomorrow", "tmrow": "tomorrow",
    "2nite": "tonight", "2night": "tonight", "tonite": "tonight", "w/": "with", "w/o": "without",
    "ppl": "people", "pple": "people", "peeps": "people", "bday": "birthday", "bdy": "birthday",
    "wknd": "weekend", "wkend": "weekend", "wkd": "weekend", "qt": "quote", "addr": "address",
    "resv": "reservation", "rsv": "reservation", "cxl": "cancel", "cncl": "cancel",
    "avail": "available", "abt": "about", "prty": "party", "pty": "party", "kds": "kids",
    "kdz": "kids", "kidz": "kids", "adlt": "adult", "chkn": "chicken", "chikn": "chicken",
    "wanna": "want to", "gonna": "going to", "gotta": "got to", "lemme": "let me",
    "thurs": "thursday", "noonish": "noon", "eveningish": "evening",
    "b4": "before",
}  # fmt: skip
FORMS_ES = {
    "q": "que", "xq": "porque", "pq": "porque", "kuanto": "cuanto", "qnto": "cuanto",
    "cto": "cuanto", "xfa": "por favor", "tmb": "tambien", "tb": "tambien", "pa": "para",
    "pers": "personas", "d": "de", "x": "por", "kiero": "quiero", "ntp": "no se preocupe",
    "sab": "sabado", "dom": "domingo",
}  # fmt: skip
CORE = frozenset(
    """
how much price prices quote party book booking reserve available people adults children kids
cancel change reschedule birthday tomorrow saturday sunday monday tuesday wednesday thursday friday
january february august september october november december deposit noodles vegetarian
precio cuanto cuesta fiesta reservar cumpleanos adultos ninos personas sabado domingo miercoles
jueves viernes diciembre noviembre octubre septiembre febrero deposito cancelar cambiar
""".split()
)
CAPITALS = frozenset(
    """
monday tuesday wednesday thursday friday saturday sunday january february august september october
november december
""".split()
)
"""What is written with a capital and is no name."""
DIGITS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "cero": "0", "uno": "1", "dos": "2",
    "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7", "ocho": "8", "nueve": "9",
}  # fmt: skip
NEVER = frozenset(
    """
chili chile chill steal stead stale shakes needle needles patty parts pasty quest quests paired
kinds bids skids goats steaming salon salons ripe nights sharing sharp chopper chooses peoples
bookie looking hooking cooking parity
perdon perdona perdone perdonen entendido escaleras menus mayoreo calls sabido salado tenes fives
empanadas fired streak beans
""".split()
)
"""Everyday words a slip away from one of ours, which the encoder's list may lack."""
