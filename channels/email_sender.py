"""Who a letter is from, and whether that is proved: one mailbox in From, and SPF or DKIM for it.

A sender that is not proved may ask, but nothing of theirs is changed for it: bot/unproven.py. What
is believed is the provider's own verdict, or the Authentication-Results of our own receiver; never
a header that the sender may have written. Called by channels/email_reading.py. Source: RFC 7489
section 3.1 (alignment), RFC 8601 section 5 (read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache

from publicsuffixlist import PublicSuffixList

from channels.email_headers import canonical, mailboxes, raw_values
from channels.email_raw import Findings, RawMail

SEVERAL = "several senders"
UNCHECKED = "unchecked"
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_SIGNER = re.compile(r"\bheader\.(?:d|i)\s*=\s*(?:[^\s;@]*@)?([\w.-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whoever wrote a letter."""

    address: str
    """As we keep it; empty where From names nobody."""
    shown: str
    """The name beside it."""
    unproven: str
    """Why they are not proved, in a few words; empty: they are."""
    findings: Findings

    def extras(self) -> Mapping[str, str]:
        """What is kept of it with the message."""
        found = self.findings
        said = {
            "unproven": self.unproven,
            "spf": found.spf,
            "dkim": f"{found.dkim} {' '.join(found.signed_by)}".strip(),
            "dmarc": found.dmarc,
            # A name that somebody else may have put there is nobody's.
            "profile_name": "" if self.unproven else self.shown,
        }
        return {name: value[:200] for name, value in said.items() if value}


def read_sender(letter: EmailMessage, mail: RawMail, *, receiver: str) -> Sender:
    """Who wrote it; `receiver` names whose Authentication-Results are ours, empty: nobody's."""
    found = {address: shown for shown, address in reversed(mailboxes(letter, "From")) if address}
    address = next(reversed(found), "")
    findings = _merged(mail.findings, own_results(letter, receiver))
    is_one = len(found) == 1 and len(raw_values(letter, "From")) == 1
    return Sender(
        address=address,
        shown=found.get(address, ""),
        unproven=why_unproven(address, mail.envelope_from, findings) if is_one else SEVERAL,
        findings=findings,
    )


def why_unproven(address: str, envelope_from: str, found: Findings) -> str:
    """Why the letter may be somebody else's; empty where a check binds it to this mailbox."""
    if found.dmarc == "fail":
        return "dmarc fail"
    domain = _domain(address)
    if any(is_aligned(each, domain) for each in found.signed_by):
        return ""
    if found.spf == "pass" and is_aligned(_domain(envelope_from), domain):
        return ""
    if found.dmarc == "pass":
        return ""
    if not (found.spf or found.dkim or found.signed_by):
        return UNCHECKED
    return f"spf {found.spf or 'none'}, dkim {found.dkim or 'none'}, not of this domain"


def is_aligned(domain: str, with_domain: str) -> bool:
    """Whether both are of one organisation, as the public suffix list draws the line."""
    return bool(domain) and _organisation(domain) == _organisation(with_domain)


def own_results(letter: EmailMessage, receiver: str) -> Findings:
    """What our own receiver wrote into the letter; the topmost header of its name is its own."""
    if not receiver:
        return Findings()
    for value in raw_values(letter, "Authentication-Results"):
        head, _, said = _COMMENT.sub("", value).partition(";")
        if head.split()[:1] == [receiver]:
            return _read_results(said)
    return Findings()


def _read_results(said: str) -> Findings:
    found: dict[str, str] = {}
    signers: list[str] = []
    for clause in said.split(";"):
        result = _RESULT.search(clause)
        if result is None:
            continue
        method, verdict = result[1].lower(), result[2].lower()
        if method == "dkim" and verdict == "pass":
            signers += [each.lower() for each in _SIGNER.findall(clause)]
        if found.get(method) != "pass":
            found[method] = verdict
    return Findings(
        spf=found.get("spf", ""),
        dkim=found.get("dkim", ""),
        dmarc=found.get("dmarc", ""),
        signed_by=tuple(dict.fromkeys(signers)),
    )


def _merged(provider: Findings, own: Findings) -> Findings:
    """Our receiver's word first; what it does not say, the provider may."""
    return Findings(
        spf=own.spf or provider.spf,
        dkim=own.dkim or provider.dkim,
        dmarc=own.dmarc or provider.dmarc,
        signed_by=own.signed_by or (() if own.dkim else provider.signed_by),
    )


def _domain(address: str) -> str:
    return canonical(address).rpartition("@")[2]


def _organisation(domain: str) -> str:
    domain = domain.lower().strip(".")
    return str(_suffixes().privatesuffix(domain) or domain)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
