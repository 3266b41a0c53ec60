"""Typed keys of what the web application holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web
from arq.connections import ArqRedis

from bot.booking_desk import DeskTools
from bot.clock import Clock
from bot.intake import Intake
from bot.media import MediaStore
from bot.store.connection import Pool
from channels.base import ConfiguredChannel
from handlers.chat_streams import Streams
from jobs.queue import Doorbell


@dataclass(slots=True)
class Outage:
    """Whether a vendor was refused since the last message was stored: then a gap must be filled."""

    channels: set[str] = field(default_factory=set)


CLOCK = web.AppKey("clock", Clock)
POOL = web.AppKey("pool", Pool)
REDIS = web.AppKey("redis", ArqRedis)
DOORBELL = web.AppKey("doorbell", Doorbell)
INTAKE = web.AppKey("intake", Intake)
MEDIA: web.AppKey[MediaStore | None] = web.AppKey("media")
DESK_TOOLS: web.AppKey[DeskTools | None] = web.AppKey("desk_tools")
OUTAGE = web.AppKey("outage", Outage)
CHANNELS_BY_PATH: web.AppKey[Mapping[str, tuple[ConfiguredChannel, ...]]] = web.AppKey(
    "channels_by_path", Mapping
)
CHAT_STREAMS = web.AppKey("chat_streams", Streams)
