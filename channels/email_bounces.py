"""What mail servers tell of letters of ours: not delivered, late, delivered, complained about.

Pure. Used by channels/email_machines.py and the mail channel. Everything is read from a letter that
anybody can write: it moves only the letter of ours whose Message-ID it knows. Source: RFC 3464
section 2, RFC 3463, RFC 5965 section 3, and the notices of Gmail, Exchange Online, Postfix, Exim,
qmail and Amazon SES (read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage, Message
from uuid import UUID

from bot.domain import Status
from bot.domain_sending import Receipt
from channels.email_charsets import decode
from channels.email_headers import canonical, ids_in, raw_values, text_of

TEXT_MAX = 200_000
PARTS_MAX = 50
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"}
)
_NAMED_ID = re.compile(
    r"^[> \t]{0,8}(?:x-original-)?message-id:[ \t]*\r?\n?[ \t]*(<[^<>\s]{3,300}>)",
    re.IGNORECASE | re.MULTILINE,
)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_BASIC = re.compile(r"(?<!\d)([45]\d\d)(?![\d.])")
_UNKNOWN = re.compile(
    r"user (?:is )?unknown|unknown (?:user|recipient|mailbox|local)|no such (?:user|recipient|"
    r"mailbox|person)|does(?:n.t| not) exist|couldn.t be found|could not be found|"
    r"wasn.t found|address not found|mailbox (?:unavailable|not found|disabled|is disabled)|"
    r"invalid (?:recipient|mailbox)|recipient (?:address )?rejected|account (?:is )?disabled|"
    r"no mailbox here|host(?:name)? (?:or domain name )?not found|domain not found|nxdomain|"
    r"unrouteable address|not a valid mailbox",
    re.IGNORECASE,
)
_FULL = re.compile(r"mailbox (?:is )?full|over ?quota|quota exceeded|out of storage", re.IGNORECASE)
_BLOCKED = re.compile(r"spam|blocked|blacklist|policy|reputation|listed at|dmarc", re.IGNORECASE)
_FAILED_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification \(failure|failure|has failed)|returned mail|"
    r"mail delivery failed|failure notice|unzustellbar|退信",
    re.IGNORECASE,
)

UNREACHABLE = "there is no such mailbox"
FULL = "the mailbox is full"
BLOCKED = "their mail server does not take our letters"
LATE = "their mail server has not taken it yet; it is tried again"
FAILED = "their mail server did not take it"
COMPLAINED = "they told their mail provider that our letter is spam"


@dataclass(frozen=True, slots=True)
class _Fate:
    """What one server says became of a letter."""

    action: str
    code: str
    said: str
    about: tuple[str, ...] = ()
    """Domains of the mailboxes it speaks of."""


def is_bounce(letter: EmailMessage) -> bool:
    """Whether it tells what became of a letter."""
    if raw_values(letter, "X-Failed-Recipients"):
        return True
    return any(part.get_content_type() in _REPORTS for part in _parts(letter))


def is_complaint(letter: EmailMessage) -> bool:
    """Whether it is a report in the Abuse Reporting Format."""
    kind = str(letter.get_param("report-type") or "").lower()
    return kind == "feedback-report" or any(
        part.get_content_type() == "message/feedback-report" for part in _parts(letter)
    )


def read_bounce(letter: EmailMessage, *, channel: str = "email") -> tuple[Receipt, ...]:
    """Receipts for the letters of ours that it speaks of; none where it names none."""
    ids = _about(letter)
    if not ids:
        return ()
    if is_complaint(letter):
        fields = _feedback(letter)
        return (_complaint(ids[0], channel),) if _is_abuse(fields) else ()
    fates = tuple(_fates(letter)) or _unwritten(letter)
    receipts = (_receipt(ids[0], fate, channel) for fate in fates)
    return tuple(each for each in receipts if each is not None)[:1]


def _complaint(external_id: str, channel: str) -> Receipt:
    # Whoever complains has seen it; nothing further can come after this status.
    return Receipt(
        channel=channel,
        external_id=external_id,
        status=Status.READ,
        code="complaint",
        reason=COMPLAINED,
        opted_out=True,
        tag=_tag(external_id),
    )


def _is_abuse(fields: Mapping[str, str]) -> bool:
    """Whether a person complained: `not-spam` and reports of authentication say otherwise."""
    return fields.get("feedback-type", "abuse") in {"abuse", "fraud", "opt-out", "other"}


def _receipt(external_id: str, fate: _Fate, channel: str) -> Receipt | None:
    if fate.action in {"delivered", "relayed"}:
        return Receipt(
            channel=channel,
            external_id=external_id,
            status=Status.DELIVERED if fate.action == "delivered" else Status.SENT,
            tag=_tag(external_id),
        )
    if fate.action not in {"failed", "delayed"}:
        return None
    reason, is_soft, is_gone = _judged(fate)
    return Receipt(
        channel=channel,
        external_id=external_id,
        status=Status.SENT if fate.action == "delayed" else Status.FAILED,
        code=fate.code,
        reason=reason,
        bad_address=is_gone,
        is_soft=is_soft,
        about=fate.about,
        tag=_tag(external_id),
    )


def _judged(fate: _Fate) -> tuple[str, bool, bool]:
    """Why, whether it may pass, and whether nothing reaches the address."""
    if fate.action == "delayed":
        return LATE, True, False
    kind = fate.code.partition(".")[2]
    if kind == "2.2" or _FULL.search(fate.said):
        return FULL, True, False
    if fate.code.startswith("4"):
        return FAILED, True, False
    if kind.startswith("1.") or kind in {"2.1", "4.4"} or _UNKNOWN.search(fate.said):
        return UNREACHABLE, False, True
    if kind.startswith("7.") or _BLOCKED.search(fate.said):
        return BLOCKED, True, False
    # A failure for good without a reason that we know: the address gets another chance or two.
    return FAILED, True, False


def _fates(letter: EmailMessage) -> Iterator[_Fate]:
    for part in _parts(letter):
        if part.get_content_type() not in _REPORTS:
            continue
        for fields in _groups(part):
            action = fields.get("action", "")
            if not action:
                continue
            said = fields.get("diagnostic-code", "")
            code = _code(fields.get("status", "")) or _code(said)
            if code.endswith(".0.0"):
                code = _code(said, enhanced_only=True) or code
            yield _Fate(action.partition(" ")[0].lower(), code, said, _domains(fields))


def _domains(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Whose mailbox it was, by both names: that to which we wrote, and that to which it went on."""
    named = (fields.get(name, "") for name in ("original-recipient", "final-recipient"))
    found = (canonical(value.rpartition(";")[2]).rpartition("@")[2] for value in named)
    return tuple(dict.fromkeys(domain for domain in found if domain))


def _unwritten(letter: EmailMessage) -> tuple[_Fate, ...]:
    """What a notice in words alone says, as Exim and qmail write it."""
    said = _words(letter)
    is_failure = bool(
        raw_values(letter, "X-Failed-Recipients")
        or _FAILED_SUBJECT.search(text_of(letter, "Subject"))
    )
    return (_Fate("failed", _code(said), said),) if is_failure else ()


def _code(said: str, *, enhanced_only: bool = False) -> str:
    if found := _ENHANCED.search(said[:TEXT_MAX]):
        return found[1]
    if enhanced_only:
        return ""
    basic = _BASIC.search(said[:TEXT_MAX])
    return basic[1] if basic else ""


def _about(letter: EmailMessage) -> tuple[str, ...]:
    """The Message-ID of the letter it speaks of: as returned, else as it answers, else in words."""
    for part in _parts(letter):
        if part.get_content_type() in _RETURNED:
            inner = part.get_payload(0) if part.is_multipart() else None
            if isinstance(inner, Message) and inner["Message-ID"]:
                return ids_in((str(inner["Message-ID"]),))[:1]
            if found := _NAMED_ID.search(_text(part)):
                return ids_in((found[1],))
    answered = (*raw_values(letter, "In-Reply-To"), *raw_values(letter, "X-Original-Message-ID"))
    if ids := ids_in(answered or raw_values(letter, "References")):
        return ids[-1:]
    named = _NAMED_ID.search(_words(letter))
    return ids_in((named[1],)) if named else ()


def _feedback(letter: EmailMessage) -> Mapping[str, str]:
    for part in _parts(letter):
        if part.get_content_type() == "message/feedback-report":
            return next(iter(_groups(part)), {})
    return {}


def _groups(part: Message) -> Iterator[dict[str, str]]:
    """The blocks of fields of a report; its values in plain, without the type before the `;`."""
    held = part.get_payload() if part.is_multipart() else None
    texts = [str(each) for each in held] if isinstance(held, list) else _text(part).split("\n\n")
    for text in texts[:PARTS_MAX]:
        fields: dict[str, str] = {}
        unfolded = re.sub(r"\r?\n[ \t]+", " ", text.replace("\r\n", "\n")[:TEXT_MAX])
        for line in unfolded.split("\n")[:200]:
            name, colon, value = line.partition(":")
            if colon:
                fields.setdefault(name.strip().lower(), value.strip()[:2000])
        if "feedback-type" in fields:
            fields["feedback-type"] = fields["feedback-type"].lower()
        yield fields


def _parts(letter: Message) -> Iterator[Message]:
    """The parts of the notice itself; what it returns is one part and not looked into."""
    stack = [letter]
    count = 0
    while stack and count < PARTS_MAX:
        part = stack.pop(0)
        count += 1
        yield part
        # Only a list is asked for: what has a charset the library decodes, and some raise.
        held = part.get_payload() if part.is_multipart() else None
        if part.get_content_maintype() == "multipart" and isinstance(held, list):
            stack = [each for each in held if isinstance(each, Message)] + stack


def _words(letter: Message) -> str:
    return "\n".join(
        _text(part) for part in _parts(letter) if part.get_content_maintype() == "text"
    )


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    return decode(raw, part.get_content_charset() or "").replace("\r\n", "\n")[:TEXT_MAX]


def _tag(external_id: str) -> str:
    """Our row's id, where it is a letter of ours."""
    local = external_id.partition("@")[0]
    try:
        return str(UUID(local))
    except ValueError:
        return ""
