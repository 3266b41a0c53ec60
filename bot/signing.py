"""Signed tokens: what a link may carry so that only we can have made it (I11).

A token is its subject in plain sight and a digest that binds it to one purpose: what opens a chef's
calendar opens no customer's. Nothing is stored; a subject with a version in it can be made void.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from bot.errors import BadSignature

DIGEST_BYTES = 18
"""144 bits, which base64 writes without padding."""
_SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,200}")


def sign(secret: str, purpose: str, subject: str) -> str:
    """A token for a link.

    Args:
        secret: of the service, CONCIERGE_SECRET.
        purpose: what the token is good for, such as `calendar.chef`.
        subject: ids and versions; letters, digits, `-` and `_` only, because it stands in a URL.
    """
    if not secret:
        raise ValueError("a token without a secret would prove nothing")
    if not _SUBJECT.fullmatch(subject):
        raise ValueError("a token's subject is letters, digits, - and _")
    return f"{subject}.{_digest(secret, purpose, subject)}"


def verify(secret: str, purpose: str, token: str) -> str:
    """The subject of a token that `sign` made for this purpose.

    Raises:
        BadSignature: it was not.
    """
    subject, _, given = token.partition(".")
    # Compared as bytes and in constant time: the time taken tells nothing of the right digest.
    expected = _digest(secret, purpose, subject).encode()
    known = bool(secret) and _SUBJECT.fullmatch(subject) is not None
    if not (hmac.compare_digest(expected, given.encode("utf-8", "replace")) and known):
        raise BadSignature("this link is not valid; ask for a new one")
    return subject


def seal(secret: str, purpose: str, said: str) -> bytes:
    """A digest to keep in place of a short secret, such as a code that was sent."""
    if not secret:
        raise ValueError("a seal without a secret would prove nothing")
    return hmac.new(secret.encode(), f"{purpose}\x00{said}".encode(), hashlib.sha256).digest()


def _digest(secret: str, purpose: str, subject: str) -> str:
    said = f"{purpose}\x00{subject}".encode("utf-8", "replace")
    digest = hmac.new(secret.encode(), said, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:DIGEST_BYTES]).decode()
