"""Notices in the outbox: what is due, who works on it until when, and what became of it. Inside a caller's transaction.

A notice as owed has no wire. Telling it makes one row per (person, wire), and those are sent each on its own:

    pending ──reserve──▶ pending, next_at = end of the lease ──start──▶ sending ──▶ sent | pending again |
                                                                   │           parked | dropped
                                                                   └─▶ uncertain ─(15 min)─▶ dropped

`parked` waits for a person: something of ours is wrong, or a customer can only be rung. `dropped` does not: WeChat will
not bring it to this account (no grant, another owner, not delivered), or it is out of date; the inbox has it.
Reserving counts an attempt, and every later step names that count: who was too slow finds that the row is no longer
his. Only `sending` may have reached anybody, so a drain that dies spoils at most the one message it was sending.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from models.notice import Outbox
from services.parts import digests
from services.parts.notice_words import template_of

KIND = "notice"
LEASE = timedelta(minutes=5)
UNCERTAIN_WAIT = timedelta(minutes=15)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 10, 500
GATHERED = 10  # minutes
ATTEMPTS = 180  # at the longest pause that is 25 hours

WECHAT, SMS = "wechat", "sms"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the outbox in our hands."""

    id: int
    dedupe_key: str
    person_id: int | None
    job_id: int | None
    payload: Mapping[str, Any]
    wire: str | None
    state: str
    attempts: int
    created_at: datetime


# Written into the statement: as a parameter it would keep a prepared plan from the index over the living few.
_PENDING = Outbox.state == literal_column("'pending'")
_BEGUN = Outbox.state.in_([literal_column("'sending'"), literal_column("'uncertain'")])
_COLUMNS = tuple(getattr(Outbox, name) for name in Row.__slots__)


def pause(row: Row) -> timedelta:
    """10 s, 20 s, 40 s … 500 s, and up to a fifth more, so that rows that failed together come apart again."""
    base = min(FIRST_PAUSE_S * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE_S)
    return timedelta(seconds=base + base * ((row.id * 37 + row.attempts * 61) % 100) // 500)


def owed(tx: Connection, now: datetime, limit: int) -> list[Row]:
    """Notices nobody has been told yet, locked; of digests those whose hour is free."""
    due = (
        select(*_COLUMNS)
        .where(Outbox.kind == KIND, Outbox.wire.is_(None), _PENDING, Outbox.next_at <= now)
        .order_by(Outbox.next_at, Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = [Row(*row) for row in tx.execute(due)]
    hourly = {row.id for row in rows if digests.stem_of(row.dedupe_key)}
    late = hourly - digests.claim(tx, list(hourly), now)
    return [row for row in rows if row.id not in late]


def end(tx: Connection, row: Row, state: str, reason: str) -> None:
    """Not to be tried again; somebody may read why."""
    values = {"state": state, "next_at": None, "last_error": reason}
    tx.execute(update(Outbox).where(Outbox.id == row.id).values(**values))


def add(
    tx: Connection, wire: str, payload: Mapping[str, Any], to: int | None, job_id: int | None, now: datetime
) -> None:
    """A row for one person (None: whoever has the order's phone) and wire; once per notice, wire and person."""
    values = {"kind": KIND, "dedupe_key": key_of(wire, payload, to), "person_id": to, "job_id": job_id}
    made = insert(Outbox).values(**values, payload=dict(payload), wire=wire, created_at=now, next_at=now)
    tx.execute(made.on_conflict_do_nothing(index_elements=["dedupe_key"]))


def key_of(wire: str, payload: Mapping[str, Any], to: int | None) -> str:
    """What makes a row once per notice, wire and person; of those with a stem one waits per stem, wire and person."""
    if "stem" in payload:
        return f"{_stem(wire, payload, to)}{digests.WAITING}"
    return f"notice:{payload['notice']}:{wire}:{'order' if to is None else to}"


def _stem(wire: str, payload: Mapping[str, Any], to: int | None) -> str:
    return f"{payload['stem']}{wire}:{to}:"


def passed_on(row: Row, audience: str, template_id: str, several: str | None) -> dict[str, Any]:
    """What a row for one person and wire takes over from the notice owed.

    One of a digest goes in an hour, and one in ten minutes of those with words for `several`: 300 jobs offered to a
    dealer within a minute are one message now, and one for what came after it.
    """
    stem = digests.stem_of(row.dedupe_key)
    seldom: dict[str, Any] = {} if stem is None else {"stem": stem, "minutes": digests.HOUR}
    if several is not None:
        seldom = {"stem": f"{row.payload['template']}:", "minutes": GATHERED, "several": several}
    return {
        **seldom,
        **{name: row.payload[name] for name in _PASSED_ON if name in row.payload},
        "audience": audience,
        "notice": row.id,
        "template_id": template_id,
        "happened_at": row.created_at.isoformat(),
        "to_account": "identity_id" in row.payload,
    }


_PASSED_ON = ("template", "dealer_ids", "values")


def text_instead(
    tx: Connection, payload: Mapping[str, Any], to: int | None, job_id: int | None, now: datetime
) -> None:
    """An SMS where the table of templates wants one; else the inbox has it, and that is all."""
    if payload["audience"] in template_of(payload).sms_to:
        add(tx, SMS, payload, to, job_id, now)


def is_due(tx: Connection, wire: str, now: datetime) -> bool:
    """Whether anything is waiting for this wire."""
    due = select(Outbox.id).where(*_due(wire, now)).limit(1)
    return tx.execute(due).first() is not None


def _due(wire: str, now: datetime) -> tuple[Any, ...]:
    return Outbox.kind == KIND, Outbox.wire == wire, _PENDING, Outbox.next_at <= now


def reserve(tx: Connection, wire: str, now: datetime, limit: int) -> list[Row]:
    """Take due rows until the end of the lease; two drains never take the same."""
    due = select(Outbox.id).where(*_due(wire, now)).order_by(Outbox.next_at, Outbox.id).limit(limit)
    mine = tx.execute(due.with_for_update(skip_locked=True)).scalars().all()
    taken = (
        update(Outbox)
        .where(Outbox.id.in_(mine))
        .values(attempts=Outbox.attempts + 1, next_at=now + LEASE)
        .returning(*_COLUMNS)
    )
    return sorted((Row(*row) for row in tx.execute(taken)), key=lambda row: row.id) if mine else []


def give_back(tx: Connection, rows: Sequence[Row], next_at: datetime) -> None:
    """Reserved and not begun: as if it had never been taken."""
    for row in rows:
        tx.execute(
            update(Outbox)
            .where(Outbox.id == row.id, Outbox.state == "pending", Outbox.attempts == row.attempts)
            .values(attempts=Outbox.attempts - 1, next_at=next_at)
        )


def postpone(tx: Connection, now: datetime, until: datetime, template: str | None) -> int:
    """Let everything due on WeChat (of one template, if given) wait, without counting an attempt; how many."""
    wanted = _due(WECHAT, now)
    if template is not None:
        wanted = (*wanted, Outbox.payload["template_id"].astext == template)
    return tx.execute(update(Outbox).where(*wanted).values(next_at=until)).rowcount


def start(tx: Connection, row: Row, now: datetime) -> bool:
    """From here on it may reach somebody. False: it is not ours any more, or waits on where its hour is taken."""
    mine = (Outbox.id == row.id, Outbox.state == "pending", Outbox.attempts == row.attempts)
    begun = update(Outbox).where(*mine).values(state="sending", tried_at=now, next_at=now + LEASE)
    if "stem" not in row.payload:
        return tx.execute(begun).rowcount == 1
    minutes = row.payload["minutes"]
    key = _stem(row.wire or "", row.payload, row.person_id) + digests.period_of(now, minutes)
    try:
        with tx.begin_nested():
            return tx.execute(begun.values(dedupe_key=key)).rowcount == 1
    except IntegrityError:  # another has it
        give_back(tx, [row], digests.next_period(now, minutes))
        return False


def settle(
    tx: Connection,
    row: Row,
    state: str,
    *,
    next_at: datetime | None = None,
    reason: str | None = None,
    sent_at: datetime | None = None,
    msgid: str | None = None,
) -> bool:
    """Write what became of an attempt. False: it is settled already (WeChat's event was faster)."""
    values = {"state": state, "next_at": next_at, "last_error": reason, "sent_at": sent_at}
    if msgid is not None:
        values["msgid"] = msgid
    open_still = Outbox.state.in_(("pending", "sending", "uncertain"))
    mine = (Outbox.id == row.id, open_still, Outbox.attempts == row.attempts)
    return tx.execute(update(Outbox).where(*mine).values(**values)).rowcount == 1


def overdue(tx: Connection, now: datetime, limit: int) -> list[Row]:
    """Attempts whose lease has run out, and uncertain ones nobody cleared up; locked."""
    rows = (
        select(*_COLUMNS)
        .where(
            Outbox.kind == KIND,
            Outbox.wire.in_((WECHAT, SMS)),
            _BEGUN,
            Outbox.next_at <= now,
        )
        .order_by(Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Row(*row) for row in tx.execute(rows)]


# The newest: WeChat's numbers are its own, and one that begins anew (a stand-in, restarted) gives them again.
_BY_NUMBER = (
    select(*_COLUMNS).where(Outbox.kind == KIND, Outbox.wire == WECHAT).order_by(Outbox.id.desc()).limit(1)
)
_BY_ACCOUNT = text(
    f"""
    SELECT {", ".join(Row.__slots__)} FROM outbox
     WHERE kind = 'notice' AND wire = 'wechat' AND state IN ('sending', 'uncertain') AND msgid IS NULL
       AND payload ->> 'identity_id' = :identity AND payload ->> 'template_id' = :template
       AND tried_at BETWEEN CAST(:at AS timestamptz) - interval '15 minutes'
                        AND CAST(:at AS timestamptz) + interval '2 minutes'
     ORDER BY abs(extract(epoch FROM tried_at - CAST(:at AS timestamptz))), id LIMIT 1 FOR UPDATE
    """
)


def reported(tx: Connection, msgid: str, identity_id: int, template: str, at: datetime) -> Row | None:
    """The row WeChat's report is about, locked: by its number, else the attempt nearest in time without one."""
    known = tx.execute(_BY_NUMBER.where(Outbox.msgid == msgid).with_for_update()).one_or_none()
    if known is None:
        values = {"identity": str(identity_id), "template": template, "at": at}
        known = tx.execute(_BY_ACCOUNT, values).one_or_none()
    return None if known is None else Row(*known)
