"""Mail over an encrypted line: certificate and name are checked before a password is said."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from mail_sample import ANA, letter, mail

from bot.errors import VendorUnavailable
from channels.email import ConfiguredEmail


class Relay:
    """A relay that asks for STARTTLS and a login, and keeps what it is told."""

    def __init__(self, certificate: Path) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        self.logins: list[tuple[bytes, bytes]] = []
        self.recipients: list[str] = []

    def line(self) -> SMTP:
        return SMTP(
            self,
            tls_context=self.context,
            require_starttls=True,
            auth_required=True,
            authenticator=self._login,
            loop=asyncio.get_running_loop(),
        )

    def _login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, said: LoginPassword
    ) -> AuthResult:
        self.logins.append((said.login, said.password))
        return AuthResult(success=said.password == b"p@ss")

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name.
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert session.ssl
        self.recipients += envelope.rcpt_tos
        return "250 taken"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """One for localhost that nobody has signed but itself."""
    path = tmp_path / "localhost.pem"
    asked = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        f" -addext subjectAltName=DNS:localhost -keyout {path.with_suffix('.key')} -out {path}"
    )
    subprocess.run(asked.split(), check=True, capture_output=True)
    return path


@asynccontextmanager
async def open_relay(certificate: Path) -> AsyncIterator[tuple[Relay, ConfiguredEmail]]:
    """The relay, and our channel told to encrypt before anything else."""
    relay = Relay(certificate)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(relay.line, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    channel = mail(SMTP_URL=f"smtp://me:p%40ss@localhost:{port}")
    server = replace(channel.server, must_start_tls=True)
    yield relay, replace(channel, server=server)
    listening.close()
    await listening.wait_closed()


async def test_a_trusted_relay_gets_login_and_letter(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with open_relay(certificate) as (relay, channel):
        await channel.send(letter())
    assert relay.logins == [(b"me", b"p@ss")]
    assert relay.recipients == [ANA]


async def test_a_relay_that_cannot_prove_its_name_hears_no_password(certificate: Path) -> None:
    async with open_relay(certificate) as (relay, channel):
        with pytest.raises(VendorUnavailable, match="certificate"):
            await channel.send(letter())
    assert relay.logins == relay.recipients == []
