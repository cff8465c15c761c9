"""While photos move: new ones go to the target, all are found in either, until the source is empty."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from domain.errors import NotFound
from uploads.store import Shown, Store, Stored


class TwoStores:
    """A `Store` (see there) of two. Whoever moves an object puts it into `target` before deleting it from `source`.

    So one that isn't in the target, then isn't in the source either, may have moved in between: the target is asked
    once more.
    """

    def __init__(self, target: Store, source: Store) -> None:
        self.target = target
        self.source = source

    def scratch(self) -> Path:
        """The target's."""
        return self.target.scratch()

    def put(self, source: Path | BinaryIO, key: str) -> None:
        """Into the target."""
        self.target.put(source, key)

    def take_over(self, parts: Sequence[tuple[Path, str]]) -> None:
        """Into the target."""
        self.target.take_over(parts)

    def open(self, key: str) -> BinaryIO:
        """From wherever it is."""
        for store in (self.target, self.source):
            try:
                return store.open(key)
            except NotFound:
                continue
        return self.target.open(key)

    def exists(self, key: str) -> bool:
        """In either."""
        return self.target.exists(key) or self.source.exists(key) or self.target.exists(key)

    def delete(self, key: str) -> None:
        """In both. Whoever moves must be kept away meanwhile: `services.photo_moving` takes the original's lock."""
        self.source.delete(key)
        self.target.delete(key)

    def iterate(self) -> Iterator[Stored]:
        """Every object of both in order; one that lies in both comes twice."""
        return heapq.merge(self.target.iterate(), self.source.iterate(), key=lambda stored: stored.key)

    def sweep_scratch(self, before: datetime) -> int:
        """In both."""
        return self.target.sweep_scratch(before) + self.source.sweep_scratch(before)

    def link(self, key: str, shown: Shown, /) -> str | None:
        """Only for what has arrived."""
        return self.target.link(key, shown) if self.target.exists(key) else None
