"""Meta's webhooks as the stand-in sends them: signed, and escaped in Meta's own way.

Written apart from the code that reads them, so that both sides cannot be wrong together. Source:
Meta, webhooks/overview and webhooks/reference/messages/* (2026-05-21), read 2026-11-23.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

Json = dict[str, object]

WABA_ID = "102290129340398"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with WhatsApp; without a number where they hide it behind a username."""

    number: str = ""
    """E.164."""
    user_id: str = ""
    name: str = "Ana Pérez"

    @property
    def wa_id(self) -> str:
        """The number as Meta writes it."""
        return self.number.removeprefix("+")


def new_id() -> str:
    """A message's name, in the form that Meta's have."""
    return "wamid." + b64encode(b"HBgL" + secrets.token_bytes(24)).decode()


def encode(batch: Mapping[str, object]) -> bytes:
    """As Meta writes JSON: letters outside ASCII and slashes escaped, no spaces."""
    text = json.dumps(batch, separators=(",", ":"), ensure_ascii=True)
    return text.replace("/", "\\/").encode()


def sign(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def batch_of(changes: Sequence[Json], *, at: datetime) -> Json:
    """A post with these changes."""
    entry = {"id": WABA_ID, "time": int(at.timestamp()), "changes": list(changes)}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def change(phone_number_id: str, number: str, *, field: str = "messages", **value: object) -> Json:
    """One change of one of our numbers."""
    metadata = {
        "display_phone_number": number.removeprefix("+"),
        "phone_number_id": phone_number_id,
    }
    return {
        "field": field,
        "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
    }


def contact_of(person: Person) -> Json:
    """What Meta tells of a person; a hidden number is left out, not empty."""
    found: Json = {"profile": {"name": person.name}, "user_id": person.user_id}
    if person.number:
        found["wa_id"] = person.wa_id
    return {name: value for name, value in found.items() if value}


def message_of(person: Person, message_id: str, content: Json, *, at: datetime) -> Json:
    """A person's message; `content` has its type and what belongs to it."""
    found: Json = {"id": message_id, "timestamp": str(int(at.timestamp())), **content}
    if person.number:
        found["from"] = person.wa_id
    if person.user_id:
        found["from_user_id"] = person.user_id
    return found


def status_of(
    sent: Mapping[str, str], status: str, *, at: datetime, code: int | None = None
) -> Json:
    """How far a message of ours has come; `sent` has id, to and tag."""
    found: Json = {"id": sent["id"], "status": status, "timestamp": str(int(at.timestamp()))}
    whom = "recipient_id" if sent["to"].isdigit() else "recipient_user_id"
    found[whom] = sent["to"]
    if sent["tag"]:
        found["biz_opaque_callback_data"] = sent["tag"]
    if code is not None:
        found["errors"] = [{"code": code, "title": "Refused", "message": "Refused"}]
    else:
        found["pricing"] = {"billable": True, "pricing_model": "PMP", "category": "service"}
    return found
