"""The least that a durable webhook can be: form, signature, one row, commit, answer.

Rows that arrive while an insert is under way are gathered for the next one. It knows no customers,
no conversations and no second vendor; it is what the service's throughput is measured against.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from typing import Any

import asyncpg
import uvloop
from aiohttp import web
from twilio.request_validator import RequestValidator

PATH = "/webhooks/twilio"
ROWS_MAX = 128
WRITERS = 2

TABLE = """CREATE TABLE IF NOT EXISTS arrivals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sid text NOT NULL UNIQUE, sender text NOT NULL, recipient text NOT NULL, body text NOT NULL,
  at timestamptz NOT NULL DEFAULT now())"""

INSERT = """INSERT INTO arrivals (sid, sender, recipient, body)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (sid) DO NOTHING"""

Row = tuple[str, str, str, str]


class Batches:
    """Rows on their way into the table."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._arrived = asyncio.Event()

    async def store(self, row: Row) -> None:
        """Return when the row is committed."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        self._arrived.set()
        await done

    async def write_forever(self, pool: asyncpg.Pool[Any]) -> None:
        """Insert all that waits, and again."""
        async with pool.acquire() as conn:
            while True:
                while not self._waiting:
                    self._arrived.clear()
                    await self._arrived.wait()
                batch, self._waiting = self._waiting[:ROWS_MAX], self._waiting[ROWS_MAX:]
                columns = zip(*(row for row, _ in batch), strict=True)
                await conn.execute(INSERT, *map(list, columns))
                for _, done in batch:
                    done.set_result(None)


def create_app(token: str, public_url: str, batches: Batches) -> web.Application:
    """One route."""
    validator = RequestValidator(token)

    async def take(request: web.Request) -> web.Response:
        form = await request.post()
        if not validator.validate(public_url, form, request.headers.get("X-Twilio-Signature", "")):
            return web.Response(status=401)
        sid, sender, recipient, body = (
            str(form[name]) for name in ("MessageSid", "From", "To", "Body")
        )
        await batches.store((sid, sender, recipient, body))
        return web.Response(text="<Response/>", content_type="text/xml")

    app = web.Application()
    app.router.add_post(PATH, take)
    return app


async def serve(asked: argparse.Namespace) -> None:
    """Listen until told to stop."""
    batches = Batches()
    pool = await asyncpg.create_pool(asked.database, min_size=WRITERS, max_size=WRITERS)
    async with pool.acquire() as conn:
        await conn.execute(TABLE)
    writers = [asyncio.create_task(batches.write_forever(pool)) for _ in range(WRITERS)]
    app = create_app(asked.token, f"http://127.0.0.1:{asked.port}{PATH}", batches)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", asked.port, backlog=1024).start()
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await told.wait()
    await runner.cleanup()
    for writer in writers:
        writer.cancel()
    await asyncio.gather(*writers, return_exceptions=True)
    await pool.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.minimum")
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", required=True)
    uvloop.run(serve(parser.parse_args()))
