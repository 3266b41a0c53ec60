"""A mail server that answers what nobody can read."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.errors import VendorSilent
from channels.email_smtp import hand_over, read_server


async def test_an_answer_that_cannot_be_read_leaves_open_whether_the_letter_went() -> None:
    """I5: the server may have taken it; sent again it would be there twice."""
    answers = [b"220 here", b"250 hi", b"250 ok", b"250 ok", b"354 go on", b"gibberish"]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            writer.write(answer + b"\r\n")
            await writer.drain()
            with suppress(asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n.\r\n" if answer.startswith(b"354") else b"\r\n")
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as served:
        port = served.sockets[0].getsockname()[1]
        server = read_server({"SMTP_URL": f"smtp://127.0.0.1:{port}"})
        with pytest.raises(VendorSilent):
            await hand_over(
                server, sender="us@example.com", recipient="ana@example.com", letter=b"Hi\r\n"
            )
