"""Opens the desk in the web process: its route, and the socket where Slack is to come over one.

Called by handlers/service.py. Without settings of Slack there is no desk and its path answers 404.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from aiohttp import ClientSession, web

from bot.booking.travel import TableDistances
from bot.booking_desk import DeskTools
from bot.settings import Settings
from bot.store.connection import Pool
from channels import desk as desk_channel
from channels.base import ConfiguredChannel
from channels.desk import Desk
from channels.slack import ConfiguredSlack
from channels.slack_api import SlackSettings, read_settings
from channels.slack_customer import NAME
from handlers.desk.base import Office
from handlers.desk.customers import Customers
from handlers.desk.door import PATH, Door
from handlers.desk.socket import Socket
from handlers.keys import DOORBELL

Around = tuple[Settings, Pool, Mapping[str, ConfiguredChannel]]
DOOR = web.AppKey("door", Door)


def add_desk(
    app: web.Application,
    environment: Mapping[str, str],
    http: ClientSession,
    *,
    around: Around,
    tools: DeskTools,
) -> None:
    """Add the desk to the application, where Slack is configured.

    Raises:
        ConfigError: some of its settings are there and some are missing.
    """
    found, desk = read_settings(environment), desk_channel.configure(environment, http)
    if found is None or desk is None:
        return
    settings, pool, channels = around

    async def opened(app: web.Application) -> AsyncIterator[None]:
        office = Office(
            pool=pool,
            settings=settings,
            tools=tools,
            desk=desk,
            doorbell=app[DOORBELL],
            channels=channels,
            distances=TableDistances(tools.profile),
        )
        app[DOOR] = _door(office, found, app)
        socket = _open_socket(app[DOOR], desk, found)
        yield
        if socket is not None:
            await socket.close()
        await app[DOOR].close()

    async def handle(request: web.Request) -> web.Response:
        """POST /webhooks/slack."""
        return await request.app[DOOR].handle(request)

    app.cleanup_ctx.append(opened)
    app.router.add_post(PATH, handle)


def _door(office: Office, found: SlackSettings, app: web.Application) -> Door:
    """With customers behind it too, where the owner lets them write here."""
    secret, slack = found.signing_secret, office.channels.get(NAME)
    return Door(
        office,
        signing_secret=secret.get_secret_value() if secret else "",
        customers=Customers(office, slack, app) if isinstance(slack, ConfiguredSlack) else None,
    )


def _open_socket(door: Door, desk: Desk, found: SlackSettings) -> Socket | None:
    """Socket Mode, where there is an app token."""
    if found.app_token is None:
        return None
    socket = Socket(door, desk.client, app_token=found.app_token.get_secret_value())
    socket.open()
    return socket
