"""Finds the plug-ins of a folder: every module that defines the folder's singular.

`channels/sms.py` with a module-level `channel`, `bot/tools/price_party.py` with `tool`, and so on.
The file's name is the plug-in's name everywhere, so a new one needs no entry in a central list.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType, ModuleType
from typing import TypeVar

from bot.errors import ConfigError

T = TypeVar("T")


@cache
def _modules(package_name: str) -> tuple[ModuleType, ...]:
    package = importlib.import_module(package_name)
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    return tuple(importlib.import_module(f"{package_name}.{name}") for name in names)


def load(package_name: str, singular: str, kind: type[T]) -> MappingProxyType[str, T]:
    """All plug-ins of a package by file name.

    Raises:
        ConfigError: a module defines the singular with a value of another kind.
    """
    found: dict[str, T] = {}
    for module in _modules(package_name):
        value = getattr(module, singular, None)
        if value is None:
            continue
        if not isinstance(value, kind):
            raise ConfigError(f"{module.__name__}.{singular} must be a {kind.__name__}")
        found[module.__name__.rpartition(".")[2]] = value
    return MappingProxyType(found)
