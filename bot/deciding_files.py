"""What becomes of a message that is only a file, where no model of ours can see or hear it.

A voice note is the customer's own words, so a person hears it. Of any other file staff are told,
and the customer is asked in words. What a picture shows a model is bot/prompting_context.py's.
Pure of writes: the turn commits what is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import media_links
from bot.decision import Decision, Notice
from bot.deps import Deps
from bot.domain import ConversationId, Kind, StoredMessage
from bot.domain_media import FileKind, FileStatus, MediaFile
from bot.escalation import Trouble
from bot.language.wording import say
from bot.situation import Situation
from bot.store import desk_notices, handles
from bot.store.connection import Connection
from bot.tools.base import Effect

VOICE = "voice_note"
OFFLINE = "offline"
LINES_MAX = 15
"""Links in one post, which Slack cuts at 3000 characters."""
_NOUNS = {
    FileKind.IMAGE: "a picture",
    FileKind.AUDIO: "a voice note",
    FileKind.VIDEO: "a video",
    FileKind.DOCUMENT: "a document",
    FileKind.FILE: "a file",
}


def decide_files(deps: Deps, situation: Situation) -> Decision | None:
    """What is said to files without any words; None where a model or an agent has it."""
    waiting = situation.waiting
    files = _files(situation, waiting)
    if not files or any(message.text.strip() for message in waiting):
        return None
    last, language = waiting[-1], situation.language
    if any(_is_voice(file) for file in files) or any(m.kind is Kind.VOICEMAIL for m in waiting):
        why = "a voice note that nobody has written down; it is in this thread"
        return Decision(
            outcome="escalated",
            language=language,
            answered=waiting,
            trouble=Trouble(reason=VOICE, explanation=why),
            preface=say("voice_to_staff", language, seed=str(last.id)),
            why="voice note",
        )
    if situation.pictures:
        return None
    kept = any(file.status in (FileStatus.KEPT, FileStatus.WANTED) for file in files)
    refused = any(file.status is FileStatus.REFUSED for file in files)
    name = "files_seen_by_staff" if kept else "files_refused" if refused else "files_gone"
    text = say(name, language, seed=str(last.id))
    return Decision(
        outcome="answered",
        language=language,
        answered=waiting,
        notices=(Notice(answers=last, text=text),),
        effects=_show(deps, situation),
        why="only files",
    )


def showing_staff(deps: Deps, situation: Situation, made: Decision) -> Decision:
    """The decision, and that staff are told of files that no model has seen.

    With an escalation they see them in its thread. Where the models that see are all away, the
    offline one has answered blind: files without words then get the words for that (I14).
    """
    if made.trouble is not None:
        return made
    if situation.pictures and _is_blind(made):
        situation = replace(situation, pictures=())
        unseen = decide_files(deps, situation)
        if unseen is not None:
            made = replace(made, notices=unseen.notices, draft=None, guard={}, why=unseen.why)
    return replace(made, effects=(*made.effects, *_show(deps, situation)))


def _is_blind(made: Decision) -> bool:
    return bool(made.model_replies) and made.model_replies[-1][1].provider == OFFLINE


def _show(deps: Deps, situation: Situation) -> tuple[Effect, ...]:
    """What no model has seen or heard, with links; of a whole album a few posts."""
    known = {picture.file_id for picture in situation.pictures}
    unseen = [
        (message, file)
        for message in situation.waiting
        for file in situation.files.get(message.id, ())
        if file.id not in known and not file.words
    ]
    return tuple(
        _telling(deps, unseen[start : start + LINES_MAX])
        for start in range(0, len(unseen), LINES_MAX)
    )


def _telling(deps: Deps, unseen: Sequence[tuple[StoredMessage, MediaFile]]) -> Effect:
    first, file = unseen[0]

    async def tell(conn: Connection) -> ConversationId | None:
        reach = await handles.get_handle(conn, first.address_id)
        lines = [_line(deps, each) for _, each in unseen]
        told = "\n".join((f"{reach} sent what the concierge cannot see:", *lines))
        await desk_notices.add(conn, f"files:{first.id}:{file.place}", None, told)
        return None

    return tell


def _line(deps: Deps, file: MediaFile) -> str:
    if file.status is FileStatus.REFUSED:
        return f"- a file that is not kept: {file.reason}"
    if file.status is FileStatus.GONE:
        return f"- a file that could not be fetched: {file.reason}"
    link = media_links.file_link(
        deps.settings, file.id, now=deps.clock.now(), lasts=media_links.FOR_STAFF
    )
    return f"- {_NOUNS[file.kind]}: {link}"


def _files(situation: Situation, waiting: Sequence[StoredMessage]) -> list[MediaFile]:
    return [file for message in waiting for file in situation.files.get(message.id, ())]


def _is_voice(file: MediaFile) -> bool:
    """By content, or as declared while it has not come."""
    declared = file.content_type.startswith("audio/")
    return file.kind is FileKind.AUDIO or (file.status is FileStatus.WANTED and declared)
