"""Job: mails the owner while the desk cannot be reached, and sends what is owed of such mails.

The sweep finds it by what lies in the database, so it works while Slack is away and after a kill.
A mail whose fate is unknown goes again under the same Message-ID: of an alarm twice is better than
never.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from bot.desk.weathering import find_untold, owe_mail, recipient_of
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from bot.store import owner_mails
from bot.store.connection import Connection, borrow
from bot.store.owner_mails import OwnerMail
from channels.email import ConfiguredEmail
from channels.mailing import mail
from jobs.base import Job, JobDeps, backoff_s

log = logging.getLogger(__name__)

CLAIM_S = 60.0
RETRY_CAP_S = 900.0
TRIES_MAX = 12
LIMIT = 100
WRITE = "new"
"""In place of a mail's id: one may have to be written first."""


async def run(deps: JobDeps, *, mail_id: str) -> None:
    """Send a mail that is owed, writing it first where it is to be written."""
    email = _mailbox(deps)
    if email is None:
        return
    wanted = await _write(deps) if mail_id == WRITE else UUID(mail_id)
    if wanted is None:
        return
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn:
        claimed = await owner_mails.claim(conn, wanted, now=now, claim_s=CLAIM_S)
    if claimed is not None:
        await _send(deps, email, claimed)


async def _write(deps: JobDeps) -> UUID | None:
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        return await owe_mail(conn, deps.bot.profile, now=deps.bot.clock.now())


async def _send(deps: JobDeps, email: ConfiguredEmail, claimed: OwnerMail) -> None:
    try:
        await mail(
            email,
            claimed.recipient,
            mail_id=claimed.id,
            subject=claimed.subject,
            text=claimed.text,
            written_at=claimed.created_at,
        )
    except VendorRefused as error:
        await _fail(deps, claimed, error)
    except (VendorUnavailable, VendorSilent) as error:
        if claimed.attempts >= TRIES_MAX:
            await _fail(deps, claimed, error)
            return
        wait = timedelta(seconds=backoff_s(claimed.attempts, base_s=15.0, cap_s=RETRY_CAP_S))
        async with borrow(deps.bot.pool) as conn:
            due_at = deps.bot.clock.now() + wait
            await owner_mails.retry(conn, claimed.id, due_at=due_at, error=str(error)[:300])
    else:
        async with borrow(deps.bot.pool) as conn:
            await owner_mails.mark_sent(conn, claimed.id)
        log.info("owner.mailed", extra={"mail_id": str(claimed.id)})


async def _fail(deps: JobDeps, claimed: OwnerMail, error: Exception) -> None:
    async with borrow(deps.bot.pool) as conn:
        await owner_mails.fail(conn, claimed.id, error=str(error)[:300])
    log.error("owner.not_mailed", extra={"mail_id": str(claimed.id), "said": str(error)})


def _mailbox(deps: JobDeps) -> ConfiguredEmail | None:
    """Our mailbox, where EMAIL_FROM and SMTP_URL are set."""
    email = deps.channels.get("email")
    return email if isinstance(email, ConfiguredEmail) else None


async def _due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Mails that are owed, and one to be written where customers wait behind a silent desk."""
    if _mailbox(deps) is None:
        return ()
    now = deps.bot.clock.now()
    due = [
        {"mail_id": str(each)} for each in await owner_mails.list_due(conn, now=now, limit=LIMIT)
    ]
    if recipient_of(deps.bot.profile) and await find_untold(conn, now=now):
        due.append({"mail_id": WRITE})
    return due


job = Job(run=run, timeout_s=60.0, due=_due)
