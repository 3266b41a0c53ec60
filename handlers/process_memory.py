"""How a process of the service treats its memory; called once it has what lives as long as it."""

from __future__ import annotations

import ctypes
import gc


def spare_collector() -> None:
    """Keep what lives as long as the process out of the garbage collector's rounds.

    Walking the imported libraries again and again took a sixth of a webhook's processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 20, 20)


def give_memory_back() -> None:
    """Taking in a whole library leaves the C allocator with memory that nothing else will need."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # Only glibc has it.
    if trim is not None:
        trim(0)
