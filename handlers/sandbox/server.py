"""The stand-ins together: one loopback listener, made-up credentials and a memory in DATA_DIR.

`concierge run` starts them when no vendor is configured; tests start them for every world. Nothing
of the service is imported here but the clock.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web

from bot import plugins
from bot.clock import Clock, SystemClock
from handlers.sandbox.base import Ground, StandIn, Vendor
from handlers.sandbox.changes import Changes
from handlers.sandbox.desk_channel import Workspace
from handlers.sandbox.journal import Journal
from handlers.sandbox.mailbox import OUR_MAILBOX, Mailbox
from handlers.sandbox.slack import SlackCredentials, SlackStandIn
from handlers.sandbox.twilio import TwilioStandIn
from handlers.sandbox.twilio_forms import TwilioCredentials
from handlers.sandbox.twilio_rest import VERSION

LOOPBACK = "127.0.0.1"
TEST_NUMBER = "+15005550006"
RATE = "100"
# As many webhooks at once as keep the service busy; more only makes connections.
CONNECTIONS = 64
MAX_BODY_BYTES = 4 * 1024 * 1024


class StandIns:
    """Everything that plays a vendor in this process."""

    def __init__(
        self,
        *,
        data_dir: Path | None = None,
        business_number: str = TEST_NUMBER,
        clock: Clock | None = None,
    ) -> None:
        """With a data_dir, phones, staff channel and credentials outlive the process."""
        clock = clock or SystemClock()
        folder = data_dir / "sandbox" if data_dir else None
        secret = _credentials(folder)
        self.changes = Changes()
        self._journal = Journal(folder / "state.jsonl" if folder else None)
        changes, journal = self.changes, self._journal
        account, workspace = _twilio_account(secret, business_number), _slack_workspace(secret)
        self.twilio = TwilioStandIn(account, changes=changes, journal=journal, clock=clock)
        self.slack = SlackStandIn(workspace, changes=changes, journal=journal, clock=clock)
        self.mailbox = Mailbox(changes=self.changes, journal=self._journal, clock=clock)
        ground = Ground(
            changes=self.changes,
            journal=self._journal,
            clock=clock,
            number=business_number,
            secrets=_Secrets(folder, secret),
        )
        found = plugins.load("handlers.sandbox", "stand_in", StandIn)
        self.always_on = {name for name, each in found.items() if each.is_always_on}
        self.vendors: Mapping[str, Vendor] = {n: each.make(ground) for n, each in found.items()}
        """By name; every one of them answers, those in `always_on` are in `environment`."""
        self.url = ""
        """Where the vendors' APIs are spoken; empty until started."""
        self._runner: web.AppRunner | None = None
        self._http: ClientSession | None = None

    async def start(self) -> None:
        """Remember what was, and listen on a free port of the loopback interface."""
        for fact in self._journal.open():
            if not any(vendor.restore(fact) for vendor in self.vendors.values()):
                self._owner_of(fact).restore(fact)
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.add_subapp(f"/{VERSION}", self.twilio.application())
        application.add_subapp("/api", self.slack.application())
        application.add_subapp("/hooks", self.slack.hooks.application())
        application.add_subapp("/files", self.slack.uploads.application())
        application.add_subapp("/socket", self.slack.sockets.application())
        for name, vendor in self.vendors.items():
            if (api := vendor.application()) is not None:
                application.add_subapp(f"/{name}", api)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, 0)
        await site.start()
        self.url = f"http://{LOOPBACK}:{self._runner.addresses[0][1]}"
        self._http = ClientSession(
            connector=TCPConnector(limit=CONNECTIONS), cookie_jar=DummyCookieJar(), trust_env=False
        )
        self.twilio.webhooks.api_url = self.url
        self.twilio.start(self._http)
        self.slack.start(self._http, self.url)
        await self.mailbox.start()
        for name, vendor in self.vendors.items():
            await vendor.start(self._http, f"{self.url}/{name}")

    async def stop(self) -> None:
        """Stop listening and calling; what is remembered stays on disk."""
        await self.twilio.stop()
        for vendor in self.vendors.values():
            await vendor.stop()
        await self.mailbox.stop()
        await self.slack.sockets.stop()
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self._journal.close()

    def _owner_of(self, fact: Mapping[str, object]) -> Workspace | TwilioStandIn | Mailbox:
        """Who remembers this."""
        match fact.get("fact"):
            case "desk":
                return self.slack.workspace
            case "letter":
                return self.mailbox
        return self.twilio

    def point_at(self, public_url: str, *, connect_url: str = "") -> None:
        """Say where the service is: by the URL that is signed, and where it really listens."""
        public_url, connect_url = public_url.rstrip("/"), connect_url.rstrip("/")
        self.twilio.webhooks.public_url = public_url
        self.twilio.webhooks.connect_url = connect_url or public_url
        self.slack.events.connect_url = connect_url or public_url
        for vendor in self.vendors.values():
            vendor.point_at(public_url, connect_url or public_url)

    def environment(self, public_url: str) -> dict[str, str]:
        """The variables that point the service at the stand-ins; they now call `public_url` too."""
        if not self.twilio.webhooks.public_url:
            self.point_at(public_url)
        return {
            "TWILIO_ACCOUNT_SID": self.twilio.account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio.auth_token,
            "TWILIO_SMS_FROM": self.twilio.number,
            "TWILIO_WHATSAPP_FROM": f"whatsapp:{self.twilio.number}",
            "TWILIO_API_URL": self.url,
            "TWILIO_SMS_PER_SECOND": RATE,
            "TWILIO_WHATSAPP_PER_SECOND": RATE,
            "SLACK_BOT_TOKEN": self.slack.credentials.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.credentials.signing_secret,
            "SLACK_STAFF_CHANNEL": self.slack.credentials.channel_id,
            "SLACK_API_URL": f"{self.url}/api/",
            "EMAIL_FROM": OUR_MAILBOX,
            "SMTP_URL": f"smtp://{LOOPBACK}:{self.mailbox.port}",
        } | {k: v for n in sorted(self.always_on) for k, v in self.vendors[n].environment().items()}


class _Secrets(Mapping[str, str]):
    """Secrets by name, made when first asked for and the same at each start of one folder."""

    def __init__(self, folder: Path | None, known: Mapping[str, str]) -> None:
        self._path = folder / "credentials.json" if folder else None
        self._known = dict(known)

    def __getitem__(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = secrets.token_hex(16)
            if self._path is not None:
                self._path.write_text(json.dumps(self._known), encoding="utf-8")
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _twilio_account(secret: Mapping[str, str], number: str) -> TwilioCredentials:
    return TwilioCredentials(
        account_sid=secret["twilio_account_sid"],
        auth_token=secret["twilio_auth_token"],
        number=number,
    )


def _slack_workspace(secret: Mapping[str, str]) -> SlackCredentials:
    return SlackCredentials(
        bot_token=secret["slack_bot_token"],
        signing_secret=secret["slack_signing_secret"],
        channel_id=secret["slack_channel"],
        app_token=secret["slack_app_token"],
    )


def _credentials(folder: Path | None) -> Mapping[str, str]:
    """Credentials of an account that exists only here, the same at each start of one folder."""
    made = {
        "twilio_account_sid": f"AC{secrets.token_hex(16)}",
        "twilio_auth_token": secrets.token_hex(16),
        "slack_bot_token": f"xoxb-{secrets.token_hex(16)}",
        "slack_signing_secret": secrets.token_hex(16),
        "slack_app_token": f"xapp-{secrets.token_hex(16)}",
        "slack_channel": f"C{secrets.token_hex(5).upper()}",
    }
    if folder is None:
        return made
    path = folder / "credentials.json"
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
        return made | {key: str(value) for key, value in known.items()}
    folder.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(made), encoding="utf-8")
    return made
