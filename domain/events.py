"""The chain of a job's events: each holds the hash of the one before; none can be altered or lost unseen.

The hash is SHA-256 over the previous hash and a canonical JSON of the event's own fields. Events hold ids and
codes only, so the chain still verifies after every personal datum has been erased.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

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
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(prev + body.encode()).digest()


def verify(chain: Iterable[tuple[Event, bytes, bytes]], head: bytes) -> list[Broken]:
    """All faults of a chain of (event, prev_hash, hash) in order of seq, whose last hash should be `head`."""
    faults = []
    prev, expected_seq = GENESIS, 1
    for event, prev_hash, own_hash in chain:
        if event.seq != expected_seq:
            faults.append(Broken(event.seq, "gap"))
        if prev_hash != prev:
            faults.append(Broken(event.seq, "prev_hash"))
        if digest(prev_hash, event) != own_hash:
            faults.append(Broken(event.seq, "hash"))
        prev, expected_seq = own_hash, event.seq + 1
    if prev != head:
        faults.append(Broken(expected_seq, "head"))
    return faults
