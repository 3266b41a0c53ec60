"""What Meta tells of people's numbers, of templates and of our account, and nobody has said.

A field of the webhook that stands in no row here changes nothing. Source: Meta, webhooks/reference/
{messages/system, message_template_status_update, template_category_update,
phone_number_quality_update, account_update, user_id_update}, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain_vendors import AccountNews, News, Renamed, TemplateNews
from bot.errors import BadPayload
from channels.whatsapp_cloud_codes import Outcome, judge
from channels.whatsapp_cloud_fields import Row, moment, number_of, row, user_of, word
from channels.whatsapp_cloud_templates import CARRIER

CHANNEL = "whatsapp"
PLAIN_MAX = 100

QUALITY = {
    "FLAGGED": "has fallen so far that WhatsApp may limit it; send no promotion for now",
    "DOWNGRADE": "was given a lower limit of new people a day",
    "UPGRADE": "was given a higher limit of new people a day",
    "UNFLAGGED": "is good again",
    "ONBOARDING": "was set up",
}
ACCOUNT = {
    "DISABLED_UPDATE": "Meta has disabled our WhatsApp account.",
    "ACCOUNT_VIOLATION": "Meta says that our WhatsApp account has broken its policy.",
    "ACCOUNT_RESTRICTION": "Meta has restricted our WhatsApp account.",
    "ACCOUNT_DELETED": "Our WhatsApp account was deleted.",
    "PARTNER_REMOVED": "Our app was taken from the WhatsApp account.",
}


def read_system(item: Row) -> tuple[News, ...]:
    """A message that Meta itself wrote: somebody has another number or another user id."""
    system = row(item.get("system"))
    kind = word(system, "type")
    if kind == "user_changed_number":
        new = number_of(word(system, "wa_id") or word(system, "new_wa_id"), "system.wa_id")
        old = number_of(word(item, "from"), "from")
        also = user_of(word(system, "user_id"), "system.user_id")
        return _renamed(old or user_of(word(item, "from_user_id"), "from_user_id"), new, also)
    if kind == "user_changed_user_id":
        old = user_of(word(item, "from_user_id"), "from_user_id")
        return _renamed(old, user_of(word(system, "user_id"), "system.user_id"))
    return ()


def _renamed(old: str, new: str, also: str = "") -> tuple[News, ...]:
    if not old or not new or old == new:
        return ()
    return (Renamed(channel=CHANNEL, old=old, new=new, also=also),)


def read_trouble(item: Row) -> tuple[News, ...]:
    """An error that belongs to no message: of the number or the account as a whole."""
    code = word(item, "code")[:10]
    if not code:
        raise BadPayload("code is missing")
    verdict = judge(code)
    is_passing = verdict.outcome not in (Outcome.OPERATOR, Outcome.NEVER)
    return () if is_passing else (_tell(f"trouble:{code}", f"{verdict.words} [{code}]"),)


def read_news(change: Row, entry: Row) -> tuple[News, ...]:
    """What a change of one of the account's own fields tells."""
    reader = _READERS.get(word(change, "field"))
    if reader is None:
        return ()
    return reader(row(change.get("value")), moment(entry, "time"))


def _template(value: Row, at: datetime | None) -> tuple[News, ...]:
    state = word(value, "event").lower()[:40]
    reason = word(value, "reason")
    category = word(value, "message_template_category").lower()
    return _template_news(value, at, state=state, category=category, reason=reason)


def _category(value: Row, at: datetime | None) -> tuple[News, ...]:
    """Meta may move a template to another category by itself, and promotion is not delivered
    everywhere."""
    category = (word(value, "new_category") or word(value, "correct_category")).lower()
    return _template_news(value, at, category=category) if category else ()


def _template_news(
    value: Row, at: datetime | None, *, state: str = "", category: str = "", reason: str = ""
) -> tuple[News, ...]:
    name = word(value, "message_template_name")[:512]
    if not name:
        raise BadPayload("message_template_name is missing")
    return (
        TemplateNews(
            carrier=CARRIER,
            name=name,
            language=word(value, "message_template_language").replace("-", "_")[:20],
            state=state,
            category=category[:40],
            reason="" if reason in ("", "NONE") else reason[:200],
            at=at,
        ),
    )


def _quality(value: Row, at: datetime | None) -> tuple[News, ...]:
    event, limit = word(value, "event"), _plain(word(value, "current_limit"))
    words = QUALITY.get(event)
    if words is None:
        return ()
    to_now = f" (now {limit})" if limit else ""
    return (_tell(f"quality:{event}:{limit}", f"Our WhatsApp number {words}{to_now}."),)


def _account(value: Row, at: datetime | None) -> tuple[News, ...]:
    event = word(value, "event")
    words = ACCOUNT.get(event)
    return () if words is None else (_tell(f"account:{event}", words),)


def _user_id(value: Row, at: datetime | None) -> tuple[News, ...]:
    """Whose number is hidden and new: the user id is another one too."""
    changed = row(value.get("user_id"))
    old = user_of(word(changed, "previous"), "user_id.previous")
    return _renamed(old, user_of(word(changed, "current"), "user_id.current"))


def _tell(key: str, words: str) -> AccountNews:
    return AccountNews(key=f"{CARRIER}:{key}", words=f":warning: {words}")


def _plain(text: str) -> str:
    """A limit's name as it may stand in staff's channel: letters, digits and underscores."""
    return text if text.replace("_", "").isalnum() and len(text) <= PLAIN_MAX else ""


Reader = Callable[[Row, "datetime | None"], tuple[News, ...]]

_READERS: Mapping[str, Reader] = {
    "message_template_status_update": _template,
    "template_category_update": _category,
    "phone_number_quality_update": _quality,
    "account_update": _account,
    "user_id_update": _user_id,
}
