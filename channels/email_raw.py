"""One letter as a provider's webhook brings it, whichever way: its bytes and what was found out.

Made by the dialects (email_mailgun, email_sendgrid, email_postmark), read by email_reading. What a
header of the letter says of its own proof is not in here: its sender wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the receiving side found out about the sender, each in small letters."""

    spf: str = ""
    """pass, fail, softfail, neutral, none ...; empty: nobody looked."""
    signed_by: tuple[str, ...] = ()
    """Domains whose DKIM signature holds."""
    dkim: str = ""
    """pass, fail or none; empty: nobody looked."""
    dmarc: str = ""
    """pass or fail; empty: nobody looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMail:
    """A letter that came in."""

    raw: bytes = field(repr=False)
    envelope_from: str
    """Where its bounce would go; empty for mail that must not be answered."""
    recipient: str
    """Which of our mailboxes it came to."""
    findings: Findings = Findings()
