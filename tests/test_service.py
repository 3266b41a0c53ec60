"""`concierge run` as a newcomer starts it: real processes, which end, die and start again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
import pytest
from chaos import ROOT, ask, clean_environment, free_port, until_ready

from bot import devstack

STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 10.0
ANSWERS_WITHIN_S = 30.0
PHONE = "+14155550101"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A DATA_DIR, not below pytest's own folder, which the database's user may not enter."""
    made = Path(tempfile.mkdtemp(prefix="concierge-service-"))
    made.chmod(0o711)
    yield made
    for process in _left_in(made):
        # The children of a database that was killed end by themselves.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait(10)
    shutil.rmtree(made)
    for log in made.parent.glob(f"{made.name}*.log"):
        log.unlink()


@dataclass
class Running:
    """A `concierge run` that is under way."""

    process: asyncio.subprocess.Process
    url: str
    folder: Path

    def family(self) -> list[psutil.Process]:
        """All that belongs to it: itself, the worker, and what works in its folder."""
        ours = psutil.Process(self.process.pid)
        return [ours, *ours.children(recursive=True), *_left_in(self.folder)]

    def worker(self) -> psutil.Process | None:
        children = psutil.Process(self.process.pid).children()
        return next((each for each in children if "work" in each.cmdline()), None)

    async def texts(self, words: str) -> None:
        """Write as a customer, on the playground's phone."""
        async with (
            aiohttp.ClientSession() as http,
            http.post(
                f"{self.url}/playground/messages",
                json={"channel": "sms", "from": PHONE, "text": words},
                headers={"Origin": self.url},
            ) as response,
        ):
            assert response.status < 300, await response.text()

    async def rows(self, query: str) -> list[object]:
        """The only column of a query on the service's own database."""
        digest = devstack._digest(self.folder.resolve())
        host = f"/tmp/concierge-{os.geteuid()}-{digest}/pg"
        url = f"postgresql://concierge@/concierge?host={host}&port=5432"
        return [row[0] for row in await ask(url, query)]

    async def said(self, count: int) -> list[str]:
        """The first replies the vendor has taken, waited for."""
        query = (
            "SELECT text FROM messages WHERE direction = 'outbound'"
            " AND status IN ('sent', 'delivered') ORDER BY seq"
        )
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            while len(found := await self.rows(query)) < count:
                await asyncio.sleep(0.1)
        return [str(text) for text in found]

    async def stop(self) -> int:
        """Tell it to stop; its exit status."""
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), STOPS_WITHIN_S)


def _name(process: psutil.Process) -> str:
    """What it is called; nothing once it has gone, as a server's helpers do at any moment."""
    try:
        return str(process.name())
    except psutil.Error:
        return ""


def _left_in(folder: Path) -> list[psutil.Process]:
    """What still works for this folder: servers that stand in it, programs that were given it."""
    found = []
    for process in psutil.process_iter():
        try:
            stands = process.cwd().startswith(str(folder))
            given = process.environ().get("DATA_DIR") == str(folder)
            if (stands or given) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def log_of(folder: Path) -> Path:
    return folder.with_name(folder.name + ".log")


async def begin(folder: Path, port: int, **more: str) -> asyncio.subprocess.Process:
    """Start `concierge run`, without waiting for anything."""
    settings = {"DATA_DIR": str(folder), "PORT": str(port), "BURST_WINDOW_MS": "0", **more}
    # Not a pipe: the worker holds it too, and would keep us waiting when its parent is killed.
    with log_of(folder).open("wb") as output:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "handlers.cli",
            "run",
            cwd=ROOT,
            env=clean_environment(settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Running]:
    """A service that is ready; whatever the test left of it is ended."""
    port = free_port()
    process = await begin(folder, port)
    service = Running(process, f"http://127.0.0.1:{port}", folder)
    try:
        await until_ready(service.url, timeout_s=STARTS_WITHIN_S)
        yield service
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def refused(folder: Path, port: int, **more: str) -> tuple[int, list[str]]:
    """Exit status and lines of a start that comes to nothing."""
    process = await begin(folder, port, **more)
    code = await asyncio.wait_for(process.wait(), STARTS_WITHIN_S)
    return code, log_of(folder).read_text().strip().splitlines()


async def gone(processes: list[psutil.Process], *, within_s: float) -> list[psutil.Process]:
    """Those of them that still live after that time."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, timeout=within_s)
    return [each for each in alive if _lives(each)]


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_it_starts_answers_and_stops_without_a_trace(folder: Path) -> None:
    """From nothing: ready, a priced reply, and after SIGTERM no process is left behind."""
    async with running(folder) as service:
        await service.texts("price for 10 adults?")
        assert "$550.00" in (await service.said(1))[0]
        family = service.family()
        assert {"postgres", "valkey-server"} <= {_name(each) for each in family}
        assert await service.stop() == 0
        assert await gone(family, within_s=2.0) == []
        assert _left_in(folder) == []


async def test_it_is_killed_and_the_next_start_goes_on(folder: Path) -> None:
    """I1, I3, I5: what was unanswered at the kill is answered after it, what was said stays said.

    The worker ends with its parent, the servers run on and are adopted.
    """
    async with running(folder) as service:
        await service.texts("price for 10 adults?")
        await service.said(1)
        worker = service.worker()
        assert worker is not None
        worker.suspend()
        await service.texts("and for 12 adults?")
        assert await service.rows("SELECT count(*) FROM messages WHERE status = 'received'") == [1]
        servers = {p.pid for p in _left_in(folder) if _name(p) in ("postgres", "valkey-server")}
        service.process.kill()
        await service.process.wait()
        worker.resume()
        assert await gone([worker], within_s=10.0) == []
    async with running(folder) as service:
        adopted = {p.pid for p in _left_in(folder) if _name(p) in ("postgres", "valkey-server")}
        assert adopted & servers
        answers = await service.said(2)
        assert "$550.00" in answers[0]
        assert "$660.00" in answers[1]
        assert len(answers) == 2
        assert await service.stop() == 0
    assert _left_in(folder) == []


async def test_its_worker_is_killed_and_comes_back(folder: Path) -> None:
    """I3: the web process starts another one, which answers."""
    async with running(folder) as service:
        await service.texts("price for 10 adults?")
        await service.said(1)
        worker = service.worker()
        assert worker is not None
        worker.kill()
        await service.texts("and for 12 adults?")
        assert "$660.00" in (await service.said(2))[1]
        assert await service.stop() == 0


async def test_a_taken_port_and_a_taken_folder_are_refused(folder: Path) -> None:
    """One clear line each, and the first service does not notice."""
    other = folder.with_name(folder.name + "-other")
    async with running(folder) as service:
        port = int(service.url.rpartition(":")[2])
        code, said = await refused(other, port)
        assert (code, len(said)) == (1, 1)
        assert f"PORT {port}" in said[0]
        assert not other.exists()
        code, said = await refused(folder, free_port())
        assert (code, len(said)) == (1, 1)
        assert "DATA_DIR" in said[0]
        assert str(service.process.pid) in said[0]
        await service.texts("price for 10 adults?")
        await service.said(1)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"}, "TWILIO_SMS_FROM"),
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_SMS_FROM": "+19167408768"}, "TWILIO_AUTH_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_"),
        ({"BURST_WINDOW_MS": "soon"}, "BURST_WINDOW_MS"),
    ],
)
async def test_half_a_configuration_is_refused(
    folder: Path, given: dict[str, str], missing: str
) -> None:
    """The line names the variable, and nothing is left running."""
    code, said = await refused(folder, free_port(), **given)
    assert code == 1
    assert missing in said[0]
    assert not any("Traceback" in line for line in said)
    assert _left_in(folder) == []


async def test_told_to_stop_while_it_starts(folder: Path) -> None:
    """A supervisor may change its mind: SIGTERM before it is ready leaves nothing behind either."""
    process = await begin(folder, free_port())
    async with asyncio.timeout(STARTS_WITHIN_S):
        while not any(_name(each) == "postgres" for each in _left_in(folder)):
            assert process.returncode is None
            await asyncio.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.wait(), STOPS_WITHIN_S)
    assert await gone(_left_in(folder), within_s=2.0) == []
