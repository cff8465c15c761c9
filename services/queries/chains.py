"""Verify event chains: of one job for a page, of all jobs for the command `python -m services.verify`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.events import Broken, Event, verify
from services.uow import query

_CHAIN = """
SELECT job_id, seq, action, from_status, to_status, actor_role, actor_id, device_id, occurred_at, received_at,
       reason, data, prev_hash, hash FROM job_event WHERE job_id = ANY(%(ids)s) ORDER BY job_id, seq
"""
_HEADS = "SELECT id, event_hash FROM job WHERE id > %(after)s ORDER BY id LIMIT 1000"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many chains were read and which of them are broken, and how."""

    jobs: int
    events: int
    broken: tuple[tuple[int, Broken], ...]


@query
def verify_all(connection: Connection) -> Verdict:
    """Every chain, in constant memory; the head of each stands on its job."""
    jobs, count, broken = 0, 0, []
    for heads in _pages(connection):
        chains: dict[int, list[tuple[Event, bytes, bytes]]] = {job_id: [] for job_id in heads}
        for row in connection.exec_driver_sql(_CHAIN, {"ids": list(heads)}):
            chains[row.job_id].append((Event(*row[:12]), bytes(row.prev_hash), bytes(row.hash)))
            count += 1
        jobs += len(heads)
        broken += [
            (job_id, fault) for job_id, head in heads.items() for fault in verify(chains[job_id], head)
        ]
    return Verdict(jobs, count, tuple(broken))


def _pages(connection: Connection) -> Iterator[dict[int, bytes]]:
    after = 0
    while True:
        heads = {
            row.id: bytes(row.event_hash) for row in connection.exec_driver_sql(_HEADS, {"after": after})
        }
        if not heads:
            return
        yield heads
        after = max(heads)
