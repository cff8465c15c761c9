"""`act`: lock the job, ask the table, apply the effect, write everything at once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import delays, events, lateness, lifecycle
from domain.actions import Action, Command
from domain.actors import SYSTEM, Actor, Role
from domain.errors import StaleVersion
from domain.job import JobState, Kind, Status
from domain.notices import Audience, quiet, told
from services.config import config
from services.deeds import (  # noqa: F401  # they register themselves
    audit,
    calls,
    charge_rulings,
    charges,
    customer,
    denials,
    desk,
    dispatch,
    site,
)
from services.deeds.handling import HANDLERS, PLAIN, Deed, Effect
from services.deeds.loading import last_of_phone, lock, require_known, require_photo_of
from services.deeds.writing import Writing, write
from services.parts import answered, clocks, notes, rejudging
from services.parts.outbox import Owed

_STATE = frozenset(field.name for field in fields(JobState))
_OWN_CLOCK = frozenset({Action.DECLINE, Action.EXPIRE})


@dataclass(frozen=True, slots=True)
class Acted:
    """A job after a deed: where it stands and what the same actor may do next."""

    id: int
    kind: str
    status: str
    version: int
    held: str | None
    event_seq: int
    available_actions: tuple[str, ...]


def act(
    tx: Connection,
    actor: Actor,
    job_id: int,
    command: Command,
    now: datetime,
    *,
    occurred_at: datetime | None = None,
    if_match: int | None = None,
    locked: JobState | None = None,
) -> Acted:
    """Do one thing to one job. Raises NotFound, StaleVersion, IllegalTransition, Forbidden, Invalid, Barred.

    `locked` is the job's row for who has it locked in this transaction already.
    """
    job = lock(tx, job_id) if locked is None else locked
    require_known(tx, actor, job, command.action)
    if if_match is not None and if_match != job.version:
        raise StaleVersion(version=job.version)
    lifecycle.lookup(job, command.action, actor.role)
    if command.photo_id is not None and command.action != Action.TAKE_PHOTO:
        require_photo_of(tx, job, command.photo_id)
    # only who works without a network is late with cause
    told = occurred_at if actor.role == Role.INSTALLER else None
    at = now if told is None else _judged(tx, actor, job, command.action, told, now)
    deed = Deed(tx, actor, job, command, now, at, told)
    handler = HANDLERS.get(command.action, PLAIN)
    prepared = handler.prepare(deed)
    to = lifecycle.move(job, command, actor.role, prepared.facts)
    effect = handler.apply(deed, to, prepared.carry)
    acted = _write(deed, to, effect)
    for next_id, next_command in effect.then:
        done = act(tx, SYSTEM, next_id, next_command, now)
        if next_id == job_id:  # the answer says where it stands in the end
            acted = replace(done, available_actions=_offered(tx, lock(tx, job_id), actor.role))
    return acted


def _judged(
    tx: Connection, actor: Actor, job: JobState, action: Action, told: datetime, now: datetime
) -> datetime:
    """Photos overtake each other on their way, and stop no clock: they neither obey nor set the phone's last word."""
    phone = None if action == Action.TAKE_PHOTO else last_of_phone(tx, actor)
    return lateness.judged(told, now, job.last_occurred_at, phone)


def _write(deed: Deed, to: Status, effect: Effect) -> Acted:
    job, command = deed.job, deed.command
    event = _event(deed, to, effect)
    sealed = events.digest(job.event_hash, event)
    variant = _variant(deed, to, effect)
    known = {name: value for name, value in effect.columns.items() if name in _STATE}
    after = replace(job, **known, status=to, version=job.version + 1, event_seq=event.seq, event_hash=sealed)
    dealers = command.dealer_ids if command.action == Action.OFFER else (after.dealer_id,)
    writing = Writing(
        columns=effect.columns,
        event=event,
        prev_hash=job.event_hash,
        hash=sealed,
        stop_kinds=clocks.stopped_kinds(command.action, variant),
        stop_dealer=effect.data.get("dealer_id") if command.action in _OWN_CLOCK else None,
        stop_complaint=command.complaint_id,
        clocks=clocks.started(
            deed.tx, after, command.action, variant, deed.at, dealers, effect.data.get("complaint_id")
        ),
        owed=_owed(deed, after),
        beside=effect.beside,
    )
    if _dodges(deed):
        clocks.keep_arrival(deed.tx, job.id, deed.at)
    has_paused = write(deed.tx, writing)
    clocks.pause(deed.tx, job.id, command.action, command.reason, deed.at)
    lifted = clocks.lifted_reasons(command.action, variant) if has_paused else []
    if lifted:
        clocks.lift(deed.tx, job.id, lifted, deed.at)
    if deed.at < deed.now and command.action != Action.TAKE_PHOTO:  # a photo stops no clock
        rejudging.judge_again(deed.tx, job.id, deed.at, deed.now)
    actions = _offered(deed.tx, after, deed.actor.role)
    return Acted(job.id, job.kind, to, after.version, after.held, event.seq, actions)


def _offered(tx: Connection, job: JobState, role: Role) -> tuple[str, ...]:
    return tuple(map(str, answered.left(tx, job, role, lifecycle.available_actions(job, role))))


_AWAY = frozenset({Action.RESCHEDULE, Action.SUSPEND, Action.REASSIGN})


def _dodges(deed: Deed) -> bool:
    """Whether a booked visit is taken away at the last minute for the dealer's own reasons."""
    command, job = deed.command, deed.job
    if command.action not in _AWAY:
        return False
    late = config().late_change
    role, reason = deed.actor.role, command.reason
    return delays.dodges(command.action, role, reason, command.installer_id, job.window_start, deed.at, late)


def _variant(deed: Deed, to: Status, effect: Effect) -> str:
    """What narrows the action for the clocks: its outcome, its reason, or what it led to."""
    job, command = deed.job, deed.command
    if command.action == Action.FIX_ADDRESS and to == Status.NEW and job.dealer_id is not None:
        return "moved"
    if command.action == Action.REASSIGN and command.installer_id is None:
        return "nobody"
    if command.action == Action.COMPLAINT_OPENED:
        return command.category or ""
    if effect.columns.get("audit") == "waiting" and to == Status.CONFIRMED != job.status:
        return "audited"  # a slot was waived: confirmed and drawn at once
    return command.outcome or command.reason or ""


def _event(deed: Deed, to: Status, effect: Effect) -> events.Event:
    job, command, actor = deed.job, deed.command, deed.actor
    data: dict[str, Any] = {name: value for name, value in effect.data.items() if value is not None}
    for name in ("outcome", "fault"):
        if getattr(command, name) is not None:
            data[name] = getattr(command, name)
    if deed.told is not None and deed.told != deed.at:
        data["told_at"] = deed.told.isoformat()
    if command.note and "note_id" not in data:
        data["note_id"] = notes.write(
            deed.tx, job.id, job.subject_id, actor.person_id, command.note, deed.now
        )
    return events.Event(
        job_id=job.id,
        seq=job.event_seq + 1,
        action=command.action,
        from_status=job.status,
        to_status=to,
        actor_role=actor.role,
        actor_id=actor.person_id,
        device_id=actor.device_id,
        occurred_at=deed.at,
        received_at=deed.now,
        reason=command.reason,
        data=data,
    )


def _owed(deed: Deed, after: JobState) -> list[Owed]:
    """The notices of this deed, addressed to audiences; the drain finds the people and the words."""
    owed: list[Owed] = []
    if after.kind == Kind.RETURN_VISIT:  # a call: nobody comes, nobody is sent
        return owed
    if deed.command.action == Action.FIX_ADDRESS and after.dealer_id is not None:
        return owed
    if quiet(deed.command.action, deed.actor.role):
        return owed
    for notice in told(deed.command.action, deed.job, after):
        payload: dict[str, Any] = {"template": notice.template, "audience": notice.audience}
        if notice.audience == Audience.OFFERED:
            payload["dealer_ids"] = list(deed.command.dealer_ids)
        elif notice.audience == Audience.DESK:
            payload["dealer_ids"] = [after.dealer_id or deed.job.dealer_id]
        elif notice.audience == Audience.INSTALLER:
            former = notice.former or after.installer_id is None
            payload["person_id"] = deed.job.installer_id if former else after.installer_id
        key = f"job:{after.id}:{after.event_seq}:{notice.audience}" + (":former" if notice.former else "")
        if payload.get("person_id", 0) is not None and payload.get("dealer_ids") != [None]:
            owed.append(Owed("notice", key, payload, job_id=after.id))
    return owed
