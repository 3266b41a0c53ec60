"""Shows in an escalation's thread what its customer writes meanwhile: words, and files.

No job itself: jobs/notify_desk.py calls it for posts of the kind "customer", in the order in which
they were written. A post can be found again by its mark, a file by its name, so that neither
comes twice after a crash (I5).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.consent import Wish, read_wish
from bot.domain import Kind
from bot.domain_media import FileKind, FileStatus, MediaFile
from bot.errors import NotFound, StoreUnavailable, VendorUnavailable
from bot.store import desk_mirror, media_files
from bot.store.connection import borrow
from bot.store.desk_mirror import HeardMessage
from bot.store.desk_notices import Notice
from channels.desk import NOTICE, Desk, PostedCard
from channels.desk_blocks import Block, context, quoted, section, short
from channels.desk_files import find_uploaded, upload
from jobs.base import JobDeps
from jobs.card_lines import beside, learn

_NOUNS: Mapping[FileKind, str] = {
    FileKind.IMAGE: "Picture",
    FileKind.AUDIO: "Voice message",
    FileKind.VIDEO: "Video",
    FileKind.DOCUMENT: "Document",
    FileKind.FILE: "File",
}
_DEEDS: Mapping[Kind, str] = {
    Kind.REACTION: "reacted",
    Kind.BUTTON: "pressed a button",
    Kind.LOCATION: "sent a location",
    Kind.EDIT: "changed a message",
    Kind.DELETION: "deleted a message",
    Kind.OPT_OUT: "opted out: nothing more may be sent there",
    Kind.OPT_IN: "opted in again",
    Kind.HELP: "asked for help",
    Kind.UNSUPPORTED: "sent something that cannot be shown",
    Kind.CALL: "called by telephone",
    Kind.VOICEMAIL: "left a voicemail",
}


async def show_customer(
    deps: JobDeps, desk: Desk, notice: Notice, thread: PostedCard
) -> PostedCard:
    """Post the words of a message, or one of its files as it is kept.

    Raises:
        VendorUnavailable, VendorRefused, VendorSilent: as every post.
    """
    async with borrow(deps.bot.pool) as conn:
        heard = await desk_mirror.find_heard(conn, notice.message_id) if notice.message_id else None
    if heard is None:
        return await _say(desk, notice, thread, "The customer wrote something that is not kept.")
    photo = notice.extra.get("photo")
    if isinstance(photo, int):
        return await _show_file(deps, desk, notice, (heard, photo), thread)
    message = heard.message
    known = await learn(deps, heard.conversation_id, (message,), {})
    text, shown = _draw(heard, beside(message.text, known.get(str(message.id))))
    return await desk.say(text, shown, mark=(NOTICE, str(notice.id)), thread=thread)


def _draw(heard: HeardMessage, words: str) -> tuple[str, list[Block]]:
    message = heard.message
    stops = read_wish(message.text, message.kind) is Wish.STOP
    who, deed = short(heard.who, 80), _DEEDS.get(Kind.OPT_OUT if stops else message.kind, "")
    head = f"*{who}* {deed}".strip()
    shown = [section(f"{head}\n{quoted(words)}" if words else head)]
    if heard.media:
        files = "1 file" if len(heard.media) == 1 else f"{len(heard.media)} files"
        shown.append(context(f"{files} came with it."))
    return f"{heard.who}: {words or deed or 'sent a file'}", shown


async def _show_file(
    deps: JobDeps,
    desk: Desk,
    notice: Notice,
    which: tuple[HeardMessage, int],
    thread: PostedCard,
) -> PostedCard:
    heard, number = which
    tag = str(notice.id)[-12:]
    is_again = notice.in_doubt or notice.attempts > 1
    if is_again and await find_uploaded(desk, tag, thread=thread):
        return thread
    file = await _find_file(deps, heard, number)
    if file is None or file.status in (FileStatus.REFUSED, FileStatus.GONE):
        reason = file.reason if file else "it cannot be fetched from where it is kept"
        why = f"A file that came with this cannot be shown here: {reason}."
        return await _say(desk, notice, thread, why)
    try:
        content = await deps.bot.media.get(file.key)
    except NotFound:
        return await _say(desk, notice, thread, "A file that came with this is not kept any more.")
    except StoreUnavailable as error:
        raise VendorUnavailable("the media store is away", code="store") from error
    noun = _NOUNS[file.kind]
    ending = file.name.rpartition(".")[2]
    name = f"{noun.lower().replace(' ', '-')}-{tag}.{ending}"
    await upload(desk, content, name=name, title=_title(heard, file, tag), thread=thread)
    return thread


async def _find_file(deps: JobDeps, heard: HeardMessage, number: int) -> MediaFile | None:
    """The kept file, or why it is none; None where the message has none of that number.

    Raises:
        VendorUnavailable: it is still to be got.
    """
    if number >= len(heard.media):
        return None
    message_id = heard.message.id
    async with borrow(deps.bot.pool) as conn:
        files = (await media_files.list_of(conn, [message_id])).get(message_id, ())
    file = next((each for each in files if each.place == number), None)
    if file is None or file.status is FileStatus.WANTED:
        wanted = str(message_id)
        deps.doorbell.ring("keep_media", wanted, message_id=wanted)
        raise VendorUnavailable("the file is still being fetched", code="media")
    return file


def _title(heard: HeardMessage, file: MediaFile, tag: str) -> str:
    """Whose it is, what is said in it, and what to know of it."""
    title = f"{_NOUNS[file.kind]} from {short(heard.who, 60)} ({tag})"
    if file.words:
        title += f", as a machine heard it: {short(file.words, 300)}"
    return f"{title}, {file.reason}" if file.reason else title


async def _say(desk: Desk, notice: Notice, thread: PostedCard, words: str) -> PostedCard:
    mark = (NOTICE, str(notice.id))
    return await desk.say(words, (section(short(words, 600)),), mark=mark, thread=thread)
