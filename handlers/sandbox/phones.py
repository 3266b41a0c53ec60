"""What lies on the customers' phones: the stand-in's one list of texts, in order, with an index.

State only. twilio_rest.py shows it as Twilio's API does, twilio.py moves it, the page
draws it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal, cast

from handlers.sandbox.changes import Changes
from handlers.sandbox.journal import Journal

PhoneChannel = Literal["sms", "whatsapp"]
KEPT_MESSAGES = 50_000
PREFIX: Mapping[str, str] = {"sms": "", "whatsapp": "whatsapp:"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture or voice note that a customer attaches."""

    content_type: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class PhoneMessage:
    """One text between a customer and the business, as the vendor keeps it."""

    sid: str
    channel: PhoneChannel
    direction: Literal["inbound", "outbound-api", "outbound-reply"]
    customer: str
    """The customer's handle without the channel's prefix."""
    ours: str
    """The business's number without prefix."""
    body: str
    created_at: datetime
    status: str
    """In Twilio's words: received, queued, sent, delivered, read, undelivered, failed."""
    sent_at: datetime | None = None
    segments: int = 1
    error_code: int | None = None
    media: tuple[tuple[str, str], ...] = ()
    """Id and content type of each attached file."""
    callback: str = ""
    """Where the vendor reports what becomes of an outbound message."""
    by_network: bool = False
    """Whether the network itself wrote it, as it answers STOP."""
    template: bool = False
    """Whether an approved template was sent, which needs no open window."""
    webhook_status: int | None = None
    """What the service answered to the webhook; 0 when it could not be reached."""

    @property
    def inbound(self) -> bool:
        """Whether the customer wrote it."""
        return self.direction == "inbound"

    @property
    def sender(self) -> str:
        """Twilio's From."""
        return PREFIX[self.channel] + (self.customer if self.inbound else self.ours)

    @property
    def recipient(self) -> str:
        """Twilio's To."""
        return PREFIX[self.channel] + (self.ours if self.inbound else self.customer)


class Phones:
    """Every text, oldest first, found by sid and by customer."""

    def __init__(self, changes: Changes, journal: Journal) -> None:
        self.messages: list[PhoneMessage] = []
        self._by_sid: dict[str, PhoneMessage] = {}
        self._by_customer: dict[str, list[PhoneMessage]] = defaultdict(list)
        self._changes = changes
        self._journal = journal

    def add(self, message: PhoneMessage) -> None:
        """Put a text on the phone; the same sid again replaces nothing and is ignored."""
        if message.sid in self._by_sid:
            return
        self._keep(message)
        self._journal.append({"fact": "text", **_to_json(message)})
        self._changes.touch("text", message.sid)

    def update(self, message: PhoneMessage, *, status: str, error_code: int | None = None) -> None:
        """Note how far a text has come."""
        message.status, message.error_code = status, error_code
        self._note(message)

    def answered(self, message: PhoneMessage, webhook_status: int) -> None:
        """Note what the service said to the webhook of an inbound text."""
        message.webhook_status = webhook_status
        self._note(message)

    def find(self, sid: str) -> PhoneMessage | None:
        """The text with this id."""
        return self._by_sid.get(sid)

    def of_customer(self, customer: str) -> list[PhoneMessage]:
        """All texts with one customer, oldest first."""
        return self._by_customer.get(customer, [])

    def last_inbound(self, channel: str, customer: str) -> datetime | None:
        """When the customer last wrote on this channel."""
        for message in reversed(self.of_customer(customer)):
            if message.inbound and message.channel == channel:
                return message.created_at
        return None

    def restore(self, fact: Mapping[str, object]) -> None:
        """Take one remembered fact back in."""
        values = {key: value for key, value in fact.items() if key != "fact"}
        if fact.get("fact") == "text":
            self._keep(_from_json(values))
        elif message := self._by_sid.get(str(values["sid"])):
            message.status = str(values["status"])
            message.error_code = cast("int | None", values["error_code"])
            message.webhook_status = cast("int | None", values["webhook_status"])

    def _note(self, message: PhoneMessage) -> None:
        self._journal.append(
            {
                "fact": "text_status",
                "sid": message.sid,
                "status": message.status,
                "error_code": message.error_code,
                "webhook_status": message.webhook_status,
            }
        )
        self._changes.touch("text", message.sid)

    def _keep(self, message: PhoneMessage) -> None:
        self.messages.append(message)
        self._by_sid[message.sid] = message
        self._by_customer[message.customer].append(message)
        if len(self.messages) > KEPT_MESSAGES:
            self._forget(self.messages[: KEPT_MESSAGES // 10])

    def _forget(self, oldest: list[PhoneMessage]) -> None:
        """Drop the oldest texts at once, so that a long soak does not fill the memory."""
        del self.messages[: len(oldest)]
        for message in oldest:
            del self._by_sid[message.sid]
        for customer in {message.customer for message in oldest}:
            kept = [m for m in self._by_customer[customer] if m.sid in self._by_sid]
            self._by_customer[customer] = kept


def _to_json(message: PhoneMessage) -> dict[str, object]:
    values = asdict(message)
    values["created_at"] = message.created_at.isoformat()
    values["sent_at"] = message.sent_at.isoformat() if message.sent_at else None
    return values


def _from_json(values: Mapping[str, object]) -> PhoneMessage:
    ready = dict(values)
    ready["created_at"] = datetime.fromisoformat(str(values["created_at"])).astimezone(UTC)
    sent_at = values.get("sent_at")
    ready["sent_at"] = datetime.fromisoformat(str(sent_at)).astimezone(UTC) if sent_at else None
    pairs = cast("list[list[str]]", values.get("media") or [])
    ready["media"] = tuple((pair[0], pair[1]) for pair in pairs)
    return PhoneMessage(**ready)  # type: ignore[arg-type]  # The journal holds our own fields.
