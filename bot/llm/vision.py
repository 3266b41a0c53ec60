"""Which models are shown pictures: as OPENAI_VISION says, or by their names.

Names change faster than code, so that `auto` knows families and OPENAI_VISION=on or off decides for
all others. Source: OpenAI, models page and guides/images-vision; model cards of the open families
(read 2026-11-23).
"""

from __future__ import annotations

import re

from bot.settings import Settings

_SEES = re.compile(
    r"^(?:chatgpt-4o|gpt-4o|gpt-4\.1|gpt-4\.5|gpt-[5-9]|o1(?!-mini)|o3(?!-mini)|o4)"
    r"|vision|[-_/]vl\b|\bvl[-_]|-vl-|llava|pixtral|internvl|minicpm-v|gemma-?3(?!n?[:-](?:1b|270m))",
    re.IGNORECASE,
)
_BLIND = re.compile(r"audio|realtime|transcribe|tts|search-preview|codex-mini", re.IGNORECASE)


def sees(setting: str, model: str) -> bool:
    """Whether a model of this name is shown pictures."""
    if setting != "auto":
        return setting == "on"
    return bool(_SEES.search(model)) and not _BLIND.search(model)


def somebody_sees(settings: Settings) -> bool:
    """Whether any configured model does, so that pictures are worth loading."""
    if not settings.openai_api_key.get_secret_value():
        return False
    return any(sees(settings.openai_vision, name.strip()) for name in _names(settings))


def _names(settings: Settings) -> tuple[str, ...]:
    return tuple(filter(None, settings.openai_model.split(",")))
