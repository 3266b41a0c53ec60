"""A visitor of the web chat, as a page would speak for one: over real HTTP, without a browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import uuid4

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar
from world import World

PATIENCE_S = 15.0


@dataclass
class Line:
    """An open stream and what it has said."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    last_id: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [said for name, said in self.events if name == "message"]

    @property
    def replies(self) -> list[str]:
        return [said["text"] for said in self.messages if said["from"] != "you"]

    def of(self, name: str) -> list[Any]:
        return [said for event, said in self.events if event == name]

    async def until(self, condition: Callable[[Line], bool]) -> None:
        """Wait until what was said is so."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition(self):
                self._more.clear()
                await self._more.wait()

    async def read(self, response: ClientResponse) -> None:
        name = data = ""
        async for raw in response.content:
            line = raw.decode().rstrip("\n")
            key, _, value = line.partition(": ")
            match key:
                case "event":
                    name = value
                case "data":
                    data = value
                case "id":
                    self.last_id = value
                case "" if name:
                    self.events.append((name, json.loads(data)))
                    name = ""
                    self._more.set()
        self.ended.set()
        self._more.set()


@dataclass
class Visitor:
    """Somebody on the business's site; `cookie` is what their browser keeps."""

    world: World
    http: ClientSession
    cookie: str = ""
    origin: str = ""

    @property
    def headers(self) -> dict[str, str]:
        kept = {"Cookie": self.cookie} if self.cookie else {}
        return {"Origin": self.origin or self.world.url, **kept}

    async def post(self, path: str, content: object, **headers: str) -> ClientResponse:
        url = f"{self.world.url}/chat/{path}"
        async with self.http.post(url, json=content, headers=self.headers | headers) as answer:
            await answer.read()
            return answer

    async def comes(self, *, token: bool = False) -> dict[str, Any]:
        """Begin a visit, or go on with one."""
        answer = await self.post("session", {"token": token})
        assert answer.status == 200, await answer.text()
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        said: dict[str, Any] = await answer.json()
        return said

    async def writes(self, text: str, *, own_id: str = "", **more: str) -> ClientResponse:
        return await self.post("messages", {"id": own_id or str(uuid4()), "text": text, **more})

    async def upload(self, content: bytes, *, own_id: str = "") -> ClientResponse:
        url = f"{self.world.url}/chat/files?id={own_id or uuid4()}&name=yard.png"
        headers = self.headers | {"Content-Type": "image/png"}
        async with self.http.post(url, data=BytesIO(content), headers=headers) as answer:
            await answer.read()
            return answer

    @asynccontextmanager
    async def watching(self, last_id: str = "", url: str = "") -> AsyncIterator[Line]:
        """The page's stream, open."""
        headers = self.headers | ({"Last-Event-ID": last_id} if last_id else {})
        url = f"{url or self.world.url}/chat/events"
        async with self.http.get(url, headers=headers, timeout=ClientTimeout(total=60)) as answer:
            assert answer.status == 200, await answer.text()
            line = Line()
            task = asyncio.create_task(line.read(answer))
            try:
                yield line
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def visitors(world: World) -> AsyncIterator[Callable[..., Visitor]]:
    """Makes visitors who share nothing but the machine."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        yield lambda **more: Visitor(world, http, **more)
