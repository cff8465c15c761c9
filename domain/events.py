"""The chain of a job's events: each holds the hash of the one before; none can be altered or lost unseen.

The hash is SHA-256 over the previous hash and a canonical JSON of the event's own fields. Events hold ids and
codes only, so the chain still verifies after every personal datum has been erased.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

GENESIS = b""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a job: ids, codes and times; `data` is JSON of numbers, strings, lists, null."""

    job_id: int
    seq: int
    action: str
    from_status: str | None
    to_status: str
    actor_role: str
    actor_id: int | None
    device_id: str | None
    occurred_at: datetime
    received_at: datetime
    reason: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain does not hold, and how: gap, prev_hash or hash."""

    seq: int
    how: str


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest(prev: bytes, event: Event) -> bytes:
    """The hash that seals `event` after `prev`."""
    fields = [
        event.job_id,
        event.seq,
        event.action,
        event.from_status,
        event.to_status,
        event.actor_role,
        event.actor_id,
        event.device_id,
        _instant(event.occurred_at),
        _instant(event.received_at),
        event.reason,
        event.data,
    ]
    return sealed(prev, fields)


def sealed(prev: bytes, fields: list[Any]) -> bytes:
    """SHA-256 over the hash before and these fields as canonical JSON."""
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(prev + body.encode()).digest()


class Numbered(Protocol):
    """A link of a chain: 1, 2, 3 …"""

    @property
    def seq(self) -> int:
        """Its place."""


L = TypeVar("L", bound=Numbered)


def verify(chain: Iterable[tuple[Event, bytes, bytes]], head: bytes) -> list[Broken]:
    """All faults of a chain of (event, prev_hash, hash) in order of seq, whose last hash should be `head`."""
    return faults_of(chain, head, digest)


def faults_of(
    chain: Iterable[tuple[L, bytes, bytes]],
    head: bytes | None,
    digest: Callable[[bytes, L], bytes],
    prev: bytes = GENESIS,
    expected_seq: int = 1,
) -> list[Broken]:
    """The same of any chain made so, or of a part that begins after `prev`; `head` None: nobody noted the last hash."""
    faults = []
    for event, prev_hash, own_hash in chain:
        if event.seq != expected_seq:
            faults.append(Broken(event.seq, "gap"))
        if prev_hash != prev:
            faults.append(Broken(event.seq, "prev_hash"))
        if digest(prev_hash, event) != own_hash:
            faults.append(Broken(event.seq, "hash"))
        prev, expected_seq = own_hash, event.seq + 1
    if head is not None and prev != head:
        faults.append(Broken(expected_seq, "head"))
    return faults
