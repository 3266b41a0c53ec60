"""What answers: digests of the profile, the instructions, the local models and the code.

Kept with every turn, so that an answer can be traced to what it was made with, and compared with
what a rehearsal has passed. Read from the files, once a process; called by bot/turn.py and whoever
wants to know whether something has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

from bot.profile import profile_folder

BOT = Path(__file__).parent
LENGTH = 12
DISTRIBUTION = "concierge"
PROFILE_FILE = "profile.toml"
OF_PROFILE = ("articles", "agents")
"""Folders beside a profile that decide answers too."""
PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "instructions": ("agents/**/*.*", "prompting*.py"),
        "intents": ("language/models/intents*",),
        "emotion": ("language/models/emotion/*",),
        "knowing": ("knowledge/data/knowing*",),
        "encoder": ("language/models/encoder/*",),
        "phrases": ("language/phrases/**/*.*",),
    }
)
"""What else decides, as patterns below this folder."""


@cache
def digests(business_profile: Path | None) -> Mapping[str, str]:
    """A digest for each part, as the files were when this process first asked."""
    return read(business_profile)


def read(business_profile: Path | None) -> Mapping[str, str]:
    """The same as the files are now."""
    found = {"profile": _digest(_profile_files(business_profile))}
    for part, patterns in PARTS.items():
        paths = (path for pattern in patterns for path in BOT.glob(pattern))
        found[part] = _digest(paths)
    found["code"] = f"{_release()}+{_digest(BOT.rglob('*.py'))}"
    return MappingProxyType(found)


def together(parts: Mapping[str, str]) -> str:
    """One digest for all of them."""
    lines = "\n".join(f"{name} {digest}" for name, digest in sorted(parts.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:LENGTH]


def _profile_files(business_profile: Path | None) -> Iterable[Path]:
    folder = profile_folder(business_profile)
    is_file = business_profile is not None and business_profile.is_file()
    yield business_profile if is_file and business_profile else folder / PROFILE_FILE
    for name in OF_PROFILE:
        yield from (folder / name).rglob("*")


def _digest(paths: Iterable[Path]) -> str:
    """Of names and contents, in whatever order the folder lists them."""
    whole = hashlib.sha256()
    for path in sorted(set(paths)):
        if path.is_file() and "__pycache__" not in path.parts:
            with path.open("rb") as opened:
                content = hashlib.file_digest(opened, "sha256").hexdigest()
            whole.update(f"{path.parent.name}/{path.name} {content}\n".encode())
    return whole.hexdigest()[:LENGTH]


def _release() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unreleased"
