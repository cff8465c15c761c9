"""Rest for the garbage collector while a batch makes ten thousand small objects, none of them in a cycle.

Walking the whole process again and again for them took more than half of the fee run's Python time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_rest() -> Iterator[None]:
    """Not one collection inside; whoever put it to rest wakes it."""
    awake = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if awake:
            gc.enable()
