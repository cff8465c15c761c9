"""Where photos lie: by what they are, not by name. Written once, durably, and never altered."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from domain.errors import NotFound
from uploads.scratch import into, sweep

_KEY = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,16}){0,2}")
_SHELF = re.compile(r"[0-9a-f]{2}")
_SCRATCH = "scratch"


@dataclass(frozen=True, slots=True)
class Stored:
    """One object as a listing sees it; `touched_at` (UTC) is when it was last put: a collector waits."""

    key: str
    size_bytes: int
    touched_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """How a linked object is to be served: its type and name as we know them, and for how long."""

    content_type: str
    name: str
    inline: bool
    lives: timedelta


def is_key(text: str) -> bool:
    """Whether this can name an object: 64 hex digits and at most two endings."""
    return _KEY.fullmatch(text) is not None


def rendition_key(sha256: str, side: int) -> str:
    """Where the rendition of an original lies: `<sha256>.320.jpg`."""
    return f"{sha256}.{side}.jpg"


class Store(Protocol):
    """A key is the SHA-256 of the original in hex, with `.320.jpg` and the like for what was made from it."""

    def put(self, source: Path | BinaryIO, key: str) -> None:
        """Keeps the bytes under `key`, durably before returning. The same key again changes nothing.

        A path inside `scratch()` is taken over and gone afterwards; any other is copied.
        ValueError for a bad key.
        """

    def take_over(self, parts: Sequence[tuple[Path, str]]) -> None:
        """`put` of several files inside `scratch()` at once, in this order; cheaper where they lie together."""

    def open(self, key: str) -> BinaryIO:
        """The bytes, for reading; NotFound when there are none."""

    def exists(self, key: str) -> bool:
        """Whether a whole object lies under `key`."""

    def delete(self, key: str) -> None:
        """Removes it; nothing happens when it is not there."""

    def iterate(self) -> Iterator[Stored]:
        """Every object, in order of key within constant memory."""

    def scratch(self) -> Path:
        """A local folder for files on their way in."""

    def sweep_scratch(self, before: datetime) -> int:
        """Removes what killed or unfinished uploads left and nobody touched since `before`; answers how many."""

    def link(self, key: str, shown: Shown, /) -> str | None:
        """A short-lived address in the store itself, for anyone who has it; None when only we can serve it."""


class LocalStore:
    """A folder: `ab/cd/abcd….` below `root`, scratch files in `root/scratch` on the same file system.

    A file appears under its key by an atomic rename, after its bytes have reached the disk: a half file is
    never visible, whoever is killed when. Several processes may write the same key at once.
    """

    def __init__(self, root: Path) -> None:
        """Makes `root` when it is not there."""
        self._root = root.absolute()
        self._base = str(self._root)
        self._scratch = self._root / _SCRATCH
        self._scratch.mkdir(parents=True, exist_ok=True, mode=0o750)
        self._lasting: set[str] = set()  # folders of the second level whose entries this process has seen to

    def scratch(self) -> Path:
        """See `Store`."""
        return self._scratch

    def put(self, source: Path | BinaryIO, key: str) -> None:
        """See `Store`; costs one fsync of the file and one of its folder."""
        part = into(self._scratch, source)
        try:
            self.take_over([(part, key)])
        finally:
            part.unlink(missing_ok=True)

    def take_over(self, parts: Sequence[tuple[Path, str]]) -> None:
        """See `Store`; an fsync for each file, and one for each folder. What was there already stays in scratch."""
        shelves = set()
        for source, key in parts:
            part, (shelf, target) = str(source), self._place(key)
            _sync(part)
            os.chmod(part, 0o440)
            self._shelve(part, shelf, target)
            shelves.add(shelf)
        for shelf in shelves:
            _sync(
                shelf
            )  # trap: also where all were there, for their first writer may not have come this far yet

    def open(self, key: str) -> BinaryIO:
        """See `Store`."""
        try:
            return open(self._place(key)[1], "rb")
        except (ValueError, FileNotFoundError):
            raise NotFound from None

    def exists(self, key: str) -> bool:
        """See `Store`."""
        return is_key(key) and os.path.isfile(self._place(key)[1])

    def delete(self, key: str) -> None:
        """See `Store`; durable too, since what was erased must not come back with a power cut."""
        shelf, path = self._place(key)
        with suppress(FileNotFoundError):
            os.unlink(path)
            _sync(shelf)

    def iterate(self) -> Iterator[Stored]:
        """See `Store`; one folder of the third level is held at a time."""
        for first in _shelves(self._root):
            for second in _shelves(first):
                for name in sorted(os.listdir(second)):
                    with suppress(FileNotFoundError):  # deleted meanwhile
                        seen = (second / name).stat()
                        yield Stored(name, seen.st_size, datetime.fromtimestamp(seen.st_mtime, UTC))

    def sweep_scratch(self, before: datetime) -> int:
        """See `Store`."""
        return sweep(self._scratch, before)

    def link(self, _key: str, _shown: Shown, /) -> str | None:
        """None: a folder has no address of its own."""
        return None

    def _place(self, key: str) -> tuple[str, str]:
        """(folder, file); text, since a Path costs fifteen calls a step and a photo asks for forty."""
        if not is_key(key):
            raise ValueError("not a key")
        shelf = f"{self._base}/{key[:2]}/{key[2:4]}"
        return shelf, f"{shelf}/{key}"

    def _shelve(self, part: str, shelf: str, target: str) -> None:
        """Moves a synced file to its place. One already there with the same size is the same and stays."""
        if not os.path.isdir(shelf):
            os.makedirs(shelf, 0o750, exist_ok=True)
            above = os.path.dirname(shelf)
            _sync(above)
            if above not in self._lasting:
                _sync(self._base)
                self._lasting.add(above)
        try:
            if os.stat(target).st_size == os.stat(part).st_size:
                os.utime(target)
            else:  # only a damaged disk makes this: the key names the bytes
                os.replace(part, target)
        except FileNotFoundError:
            os.replace(part, target)


def _shelves(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _SHELF.fullmatch(path.name))


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
