"""One letter over SMTP, and what the server's answers mean for us.

Used by channels/email.py. Nothing is done before DATA is answered, so every failure up to there may
be tried again; a line that breaks after it leaves open whether the letter went. Source: RFC 5321
sections 4.2 and 4.5.3.2, RFC 3463 section 3, RFC 3207, RFC 6531
section 3 (read 2026-11-23).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from ssl import SSLError
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from bot.errors import ConfigError, VendorError, VendorRefused, VendorSilent, VendorUnavailable
from channels.base import AddressRefused

WITHIN_S = 20.0
"""Less than a claimed message has left when it is sent; see jobs/deliver.py."""
LEAVE_WITHIN_S = 2.0
PORTS = {"smtp": 587, "smtps": 465}
_ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
NO_SUCH_MAILBOX = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
PLAIN_NO_SUCH_MAILBOX = frozenset({550, 551, 553})
"""What servers without enhanced codes answer to a mailbox that they do not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The mail server that takes our letters over."""

    host: str
    port: int
    user: str
    password: str
    speaks_tls: bool
    """Encrypted from the first byte (smtps)."""
    must_start_tls: bool
    """Nothing is said before the line is encrypted; only loopback may do without."""

    def client(self, our_name: str) -> SMTP:
        """A line to it, not opened yet."""
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user or None,
            password=self.password or None,
            use_tls=self.speaks_tls,
            start_tls=self.must_start_tls,
            local_hostname=our_name,
            timeout=WITHIN_S,
        )


def read_server(settings: Mapping[str, str]) -> Server:
    """SMTP_URL: smtp://user:password@host:port, or smtps:// where TLS comes first.

    Raises:
        ConfigError: it is none.
    """
    try:
        url = urlsplit(settings["SMTP_URL"].strip())
        host, port = url.hostname, url.port
    except ValueError as error:
        raise ConfigError(_WRONG_URL) from error
    if url.scheme not in PORTS or not host or url.path not in ("", "/") or url.query:
        raise ConfigError(_WRONG_URL)
    speaks_tls = url.scheme == "smtps"
    return Server(
        host=host,
        port=port or PORTS[url.scheme],
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        speaks_tls=speaks_tls,
        must_start_tls=not speaks_tls and not is_loopback(host),
    )


_WRONG_URL = "SMTP_URL is wrong: write smtp://user:password@host:587, or smtps:// for port 465"


async def hand_over(server: Server, *, sender: str, recipient: str, letter: bytes) -> None:
    """Give the server one letter for one recipient.

    Raises:
        VendorUnavailable, VendorRefused, AddressRefused: it has not taken it.
        VendorSilent: nobody knows whether it has.
    """
    client = server.client(_domain(sender))
    is_going = False
    try:
        async with asyncio.timeout(WITHIN_S):
            await client.connect()
            await _address(client, sender, recipient)
            is_going = True
            await client.data(letter)
    except SMTPResponseException as error:
        raise _verdict(error, is_going=is_going) from error
    except (SMTPException, OSError, TimeoutError) as error:
        if is_going:
            raise VendorSilent("the line to the mail server broke after the letter") from error
        raise VendorUnavailable(_cannot(error)) from error
    finally:
        await _leave(client)


async def _address(client: SMTP, sender: str, recipient: str) -> None:
    """The envelope; a mailbox name beyond ASCII goes only over a server that says it takes such."""
    if recipient.isascii():
        await client.mail(sender)
        await client.rcpt(recipient)
        return
    await client.ehlo()
    if not client.supports_extension("smtputf8"):
        raise VendorRefused("our mail server takes no mailbox names beyond ASCII (SMTPUTF8)")
    await client.mail(sender, options=["SMTPUTF8"], encoding="utf-8")
    await client.rcpt(recipient, encoding="utf-8")


async def greet(server: Server, *, sender: str) -> None:
    """Connect, log in and leave; raises what `hand_over` raises before a letter."""
    client = server.client(_domain(sender))
    try:
        async with asyncio.timeout(WITHIN_S):
            await client.connect()
    except SMTPResponseException as error:
        raise _verdict(error, is_going=False) from error
    except (SMTPException, OSError, TimeoutError) as error:
        raise VendorUnavailable(_cannot(error)) from error
    finally:
        await _leave(client)


async def _leave(client: SMTP) -> None:
    """Say goodbye, without making anything that was settled wait or fail."""
    with suppress(SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(LEAVE_WITHIN_S):
            if client.is_connected:
                await client.quit()
    client.close()


def _verdict(error: SMTPResponseException, *, is_going: bool) -> VendorError:
    """An answer of the server as one of our errors. Its words may name a customer: left out."""
    code = str(error.code)
    if error.code < 400 and is_going:  # The client's -1 stands for what is no answer at all.
        return VendorSilent("what the mail server said to the letter cannot be read", code=code)
    if error.code < 500:
        return VendorUnavailable("the mail server asks us to come again", code=code)
    match error:
        case SMTPAuthenticationError():
            return VendorRefused("the mail server refuses our login; check SMTP_URL", code=code)
        case SMTPSenderRefused():
            return VendorRefused("the mail server refuses our sender; check EMAIL_FROM", code=code)
        case SMTPRecipientRefused():
            return _about_recipient(error)
    if is_going:
        return VendorRefused("the mail server refuses the letter", code=code)
    return VendorUnavailable("the mail server does not want to talk to us", code=code)


def _about_recipient(error: SMTPRecipientRefused) -> VendorError:
    found = _ENHANCED.search(error.message)
    code = found.group() if found else str(error.code)
    if code in NO_SUCH_MAILBOX or (not found and error.code in PLAIN_NO_SUCH_MAILBOX):
        return AddressRefused("there is no such mailbox", code=code, opted_out=False)
    return VendorRefused("the mail server refuses mail for this mailbox", code=code)


def _cannot(error: Exception) -> str:
    """Why there was no talk at all, in words for staff."""
    if isinstance(error, SSLError):
        return "the mail server's certificate is not valid"
    return f"the mail server cannot be reached ({type(error).__name__})"


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def is_loopback(host: str) -> bool:
    """Whether this host is our own machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
