"""Safe decoding for threaded servers: a few helper processes, started when first needed."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from domain.errors import Unavailable
from uploads.facts import Decoded, from_frame
from uploads.helper import Helper
from uploads.limits import Limits
from uploads.refusals import refusal

HELPERS = 2
"""Per web process. Decoding is CPU: more helpers than cores only take memory (52 MB new, 80 MB warm)."""

_PATIENCE_SECONDS = 60.0


class Decoder:
    """A pool of helpers. Safe from many threads; a process forked from this one starts its own helpers.

    A helper that dies, hangs or has served its number of photos is replaced by the next photo that needs one.
    """

    def __init__(self, limits: Limits | None = None, helpers: int = HELPERS) -> None:
        self._limits = limits or Limits()
        self._helpers = helpers
        self._lock = threading.Lock()
        self._open()

    def _open(self) -> None:
        self._owner = os.getpid()
        self._places: queue.LifoQueue[Helper | None] = (
            queue.LifoQueue()
        )  # last in, first out: one warm helper suffices
        for _ in range(self._helpers):
            self._places.put(None)

    def decode(self, source: Path, *, sha256: str, size_bytes: int, targets: Mapping[int, Path]) -> Decoded:
        """Facts of the file at `source`, and one JPEG of at most `side` pixels per entry of `targets`.

        Raises the refusals of `uploads.refusals`, or Unavailable when the photo is not to blame: all helpers
        busy for a minute, or one was killed. The caller removes targets after an error.
        """
        request = {
            "path": str(source.absolute()),
            "sha256": sha256,
            "size_bytes": size_bytes,
            "targets": [[side, str(path.absolute())] for side, path in targets.items()],
        }
        with self._leased() as helper:
            frame = helper.ask(request)
        if "refused" in frame:
            raise refusal(frame["refused"], frame["detail"])
        return from_frame(frame)

    @contextmanager
    def _leased(self) -> Iterator[Helper]:
        """A helper for one photo; any error inside ends it, and its place is free for a new one."""
        places = self._my_places()
        try:
            helper = places.get(timeout=_PATIENCE_SECONDS)
        except queue.Empty:
            raise Unavailable("照片处理繁忙，请稍后重试") from None
        try:
            if helper is not None and not helper.fit:
                helper.end()
                helper = None
            helper = helper or Helper(self._limits)
            yield helper
        except BaseException:
            if helper is not None:
                helper.end()
            helper = None
            raise
        finally:
            places.put(helper)

    def _my_places(self) -> queue.LifoQueue[Helper | None]:
        """This process's places: helpers inherited through a fork belong to the parent and are let go."""
        with self._lock:
            if self._owner != os.getpid():
                self._open()
            return self._places

    def pids(self) -> list[int]:
        """Process ids of the helpers that are idle now, for monitoring."""
        return [helper.pid for helper in list(self._my_places().queue) if helper is not None]

    def close(self) -> None:
        """Ends the idle helpers; a busy one ends by itself when this process does."""
        places = self._my_places()
        for _ in range(self._helpers):
            with suppress(queue.Empty):
                helper = places.get_nowait()
                places.put(None)
                if helper is not None:
                    helper.end()


_shared: dict[Limits, Decoder] = {}
_shared_lock = threading.Lock()


def shared_decoder(limits: Limits) -> Decoder:
    """The one decoder of this process for these limits."""
    with _shared_lock:
        return _shared.setdefault(limits, Decoder(limits))
