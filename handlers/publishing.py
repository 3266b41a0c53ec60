"""The gate before customers: what failed its scripted customers does not start.

What goes live is known by one digest: profile, articles, instructions, local models, code, and the
names of the providers' models. `concierge simulate` keeps how a digest fared; `run` and `work` ask.
"""

from __future__ import annotations

from bot import versions
from bot.errors import ConfigError
from bot.settings import Settings
from bot.store import schema, simulations
from bot.store.connection import borrow, open_pool

NAMED_MAX = 5
OFFLINE = "offline"


def digest_of(settings: Settings, *, offline: bool = False) -> str:
    """What would answer with these settings, or with the offline model alone."""
    models = OFFLINE if offline else _models(settings)
    return versions.together({**versions.digests(settings.business_profile), "models": models})


def _models(settings: Settings) -> str:
    named = [settings.openai_model] if settings.openai_api_key.get_secret_value() else []
    if settings.llama_base_url:
        named.append(f"llama {settings.llama_model}")
    return ", ".join(named) or OFFLINE


async def keep(settings: Settings, *, offline: bool, failed: tuple[str, ...], count: int) -> None:
    """Keep how a simulation of these settings ended, in the migrated database they name."""
    pool = await open_pool(settings.database_url, size=1)
    try:
        async with borrow(pool) as conn:
            await simulations.record(
                conn,
                digest_of(settings, offline=offline),
                passed=not failed,
                facts={"customers": count, "failed": list(failed)},
            )
    finally:
        await pool.close()


async def require_published(settings: Settings) -> None:
    """Let through what passed, and what nobody has tried unless REQUIRE_SIMULATION is set.

    Raises:
        ConfigError: it failed, with the customers it failed; it has to be tried first; or the
            database is of another version.
    """
    pool = await open_pool(settings.database_url, size=1)
    try:
        async with borrow(pool) as conn:
            if await schema.find_version(conn) != schema.latest():
                raise ConfigError("DATABASE_URL: run `concierge migrate` first")
            trial = await simulations.find_latest(conn, digest_of(settings))
            alone = await simulations.find_latest(conn, digest_of(settings, offline=True))
    finally:
        await pool.close()
    for found in (trial, alone):
        if found is not None and not found.passed:
            named = "; ".join(found.failed[:NAMED_MAX])
            raise ConfigError(
                f"{len(found.failed)} scripted customers fared badly with what is configured now "
                f"({named}); mend it, or them, and run `concierge simulate` again"
            )
    if settings.require_simulation and trial is None:
        raise ConfigError(
            "REQUIRE_SIMULATION: what is configured has not been tried; run `concierge simulate`"
        )
