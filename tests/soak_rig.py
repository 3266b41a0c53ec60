"""The service as processes, on stores of its own, with the vendors in the test's process."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chaos import Service, Stores, clean_environment, free_port, open_stores, until_ready

from bot import devstack
from bot.profile import load_profile
from bot.settings import load_settings
from handlers.sandbox.server import StandIns
from handlers.service import migrate


@dataclass
class Tally:
    """What the customers' side knows."""

    sent: dict[str, int] = field(default_factory=dict)
    """The best answer to any webhook of a text, by its sid."""
    answers: Counter[int] = field(default_factory=Counter)
    unkept: list[str] = field(default_factory=list)
    """Texts that were acknowledged and not in the database that very moment."""
    faults: Counter[str] = field(default_factory=Counter)


@dataclass
class Rig:
    """The service with all that can go wrong around it."""

    stores: Stores
    stand_ins: StandIns
    web: Service
    worker: Service
    database_url: str
    url: str
    dice: random.Random
    tally: Tally = field(default_factory=Tally)
    is_away: bool = False


@asynccontextmanager
async def open_rig(dice: random.Random) -> AsyncIterator[Rig]:
    """Web and worker as processes, stores of their own, the vendors in here."""
    # Not below pytest's own folder, which the database's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="concierge-soak-"))
    stand_ins = StandIns(business_number=load_profile().business.phone)
    await stand_ins.start()
    async with open_stores(folder) as stores:
        database_url = await devstack.create_database(stores.stack.database_url, "soak")
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environment = clean_environment(
            {
                "DATABASE_URL": database_url,
                "REDIS_URL": stores.stack.redis_url,
                "PORT": str(port),
                "PUBLIC_URL": url,
                "BURST_WINDOW_MS": "100",
                **stand_ins.environment(url),
            }
        )
        await migrate(load_settings(environment))
        web = Service("serve", environment, folder / "web.log")
        worker = Service("work", environment, folder / "worker.log")
        made = Rig(stores, stand_ins, web, worker, database_url, url, dice, Tally())
        await asyncio.gather(web.start(), worker.start())
        try:
            await until_ready(url)
            yield made
        finally:
            await asyncio.gather(web.stop(), worker.stop())
            await stand_ins.stop()
            for log in (folder / "web.log", folder / "worker.log"):
                print(f"  end of {log.name}:", *log.read_text().splitlines()[-3:], sep="\n    ")
    shutil.rmtree(folder)


@asynccontextmanager
async def open_web(settings: Mapping[str, str]) -> AsyncIterator[tuple[str, str]]:
    """The web process alone, with these settings: where it listens, and its database."""
    folder = Path(tempfile.mkdtemp(prefix="concierge-soak-"))
    async with open_stores(folder) as stores:
        database_url = await devstack.create_database(stores.stack.database_url, "soak")
        port = free_port()
        environment = clean_environment(
            {
                "DATABASE_URL": database_url,
                "REDIS_URL": stores.stack.redis_url,
                "PORT": str(port),
                **settings,
            }
        )
        await migrate(load_settings(environment))
        web = Service("serve", environment, folder / "web.log")
        await web.start()
        try:
            await until_ready(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}", database_url
        finally:
            await web.stop()
            print(
                "  end of web.log:",
                *(folder / "web.log").read_text().splitlines()[-5:],
                sep="\n    ",
            )
    shutil.rmtree(folder)
