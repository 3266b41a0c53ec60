"""Sends signed webhooks and times the answers; a process of its own, so that it steals no loop.

`python -m bench.load URL --token T --rate 300` sends at fixed moments whatever the server does: a
latency counts from the moment its request was due, so a stall is charged to all who waited in it.
Without --rate each connection sends its next request on the answer, which finds the throughput.
Everything is signed beforehand. It says "ready", starts on a line of standard input, and prints
one line of JSON. Only this machine may be the target.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import uvloop

from bench.report import percentile
from bench.requests import Customers, make_requests

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
DRAIN_S = 20.0
PER_SECOND_MAX = 12_000
"""More than any server here answers on one core; so many are signed for a closed run."""


@dataclass(slots=True)
class Tally:
    """What came back."""

    latencies_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    """Requests whose connection broke before the answer."""

    @property
    def answered(self) -> int:
        return self.statuses.total()


class Connection(asyncio.Protocol):
    """One connection that carries one request at a time."""

    def __init__(self, tally: Tally, free: Callable[[Connection], None]) -> None:
        self._tally = tally
        self.free = free
        self._due_s: float | None = None
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's, they only do the same.
        self._transport = cast(asyncio.Transport, transport)

    def send(self, request: bytes, *, due_s: float) -> None:
        """Write one request; its latency counts from `due_s`."""
        assert self._transport is not None
        self._due_s = due_s
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = _end_of_answer(self._received)
        if end is None or self._due_s is None:
            return
        self._tally.latencies_ms.append((time.perf_counter() - self._due_s) * 1000.0)
        self._tally.statuses[int(self._received[9:12])] += 1
        self._received = self._received[end:]
        self._due_s = None
        self.free(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self._due_s is not None:
            self._tally.lost += 1

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


def _end_of_answer(received: bytes) -> int | None:
    """Where the first answer ends; None while it is not whole."""
    head, found, rest = received.partition(b"\r\n\r\n")
    if not found:
        return None
    named = head.lower().partition(b"content-length:")[2]
    length = int(named.partition(b"\r\n")[0])
    return len(head) + 4 + length if len(rest) >= length else None


class OpenLoop:
    """Sends each request at its own moment, or as soon after it as a connection is free."""

    def __init__(self, connections: list[Connection], tally: Tally, *, rate: float) -> None:
        self._idle = deque(connections)
        self._late = deque[tuple[bytes, float]]()
        self._tally = tally
        self._rate = rate
        self._done = asyncio.Event()
        self._requests = deque[bytes]()
        self._total = 0
        self._began_s = 0.0
        for connection in connections:
            connection.free = self._freed

    async def run(self, requests: deque[bytes]) -> None:
        """Send them all and wait for the answers."""
        self._requests, self._total = requests, len(requests)
        self._began_s = time.perf_counter()
        self._tick()
        async with asyncio.timeout(self._total / self._rate + DRAIN_S):
            await self._done.wait()

    def _tick(self) -> None:
        while self._requests:
            sent = self._total - len(self._requests)
            due_s = self._began_s + sent / self._rate
            wait_s = due_s - time.perf_counter()
            if wait_s > 0:
                asyncio.get_running_loop().call_later(wait_s, self._tick)
                return
            self._late.append((self._requests.popleft(), due_s))
            self._send_late()

    def _send_late(self) -> None:
        while self._late and self._idle:
            request, due_s = self._late.popleft()
            self._idle.popleft().send(request, due_s=due_s)

    def _freed(self, connection: Connection) -> None:
        self._idle.append(connection)
        self._send_late()
        if self._tally.answered + self._tally.lost == self._total:
            self._done.set()


async def closed_loop(
    connections: list[Connection], requests: deque[bytes], tally: Tally, *, seconds: float
) -> None:
    """Keep every connection busy for that long, then wait for what is under way."""
    ends_s = time.perf_counter() + seconds
    busy, done = len(connections), asyncio.Event()

    def free(connection: Connection) -> None:
        nonlocal busy
        now_s = time.perf_counter()
        if requests and now_s < ends_s:
            connection.send(requests.popleft(), due_s=now_s)
            return
        busy -= 1
        if not busy:
            done.set()

    for connection in connections:
        connection.free = free
        connection.send(requests.popleft(), due_s=time.perf_counter())
    async with asyncio.timeout(seconds + DRAIN_S):
        await done.wait()


async def run(asked: argparse.Namespace) -> dict[str, object]:
    """Do what the arguments say; the result as it is printed."""
    target = urlsplit(asked.url)
    if target.hostname not in LOOPBACK:
        raise SystemExit("bench.load: the target must be on this machine")
    customers = Customers(
        token=asked.token, public_url=asked.public_url or asked.url, count=asked.customers
    )
    count = int((asked.rate or PER_SECOND_MAX) * asked.seconds)
    requests = deque(make_requests(asked.url, customers, count=count, seed=asked.seed))
    tally = Tally()
    connections = [
        await _connect(target.hostname, target.port or 80, tally) for _ in range(asked.connections)
    ]
    gc.freeze()
    gc.disable()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began_s = time.perf_counter()
    if asked.rate:
        await OpenLoop(connections, tally, rate=asked.rate).run(requests)
    else:
        await closed_loop(connections, requests, tally, seconds=asked.seconds)
    span_s = time.perf_counter() - began_s
    for connection in connections:
        connection.close()
    return _result(tally, span_s)


async def _connect(host: str, port: int, tally: Tally) -> Connection:
    loop = asyncio.get_running_loop()
    _, made = await loop.create_connection(
        lambda: Connection(tally, lambda _connection: None), host, port
    )
    return made


def _result(tally: Tally, span_s: float) -> dict[str, object]:
    accepted = sum(count for status, count in tally.statuses.items() if 200 <= status < 300)
    return {
        "seconds": span_s,
        "accepted": accepted,
        "refused": tally.answered - accepted,
        "lost": tally.lost,
        "per_second": accepted / span_s,
        "p50_ms": percentile(tally.latencies_ms, 0.5),
        "p99_ms": percentile(tally.latencies_ms, 0.99),
        "worst_ms": max(tally.latencies_ms, default=0.0),
    }


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--token", required=True)
    parser.add_argument("--public-url", default="", help="the URL that is signed; default: URL")
    parser.add_argument("--rate", type=float, default=0.0, help="a second; without it, closed loop")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    print(json.dumps(uvloop.run(run(parser.parse_args()))))


if __name__ == "__main__":
    main()
