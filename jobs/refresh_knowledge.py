"""Job: takes over what the owner changed in the articles or the profile. Safe to run twice.

Enqueued at start and after an edit; where nothing changed it costs one query.
"""

from __future__ import annotations

import asyncio
import logging

from bot.knowledge.articles import load_articles
from bot.knowledge.refresh import refresh
from bot.profile import profile_folder
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)


async def run(deps: JobDeps) -> None:
    """Bring the stored articles in line with the profile's."""
    bot = deps.bot
    folder = profile_folder(bot.settings.business_profile)
    documents = await asyncio.to_thread(load_articles, folder, bot.profile)
    changed = await refresh(bot.pool, bot.knowledge.embedder, documents)
    log.info("knowledge.refreshed", extra={"changed": len(changed), "live": len(documents)})


job = Job(run=run, timeout_s=300.0)
