"""Clock policies as an administrator keeps them: a version added, replaced or ended, its difference shown first.

A version from now on binds only clocks that start then. One that begins in the past is a correction: the clocks it
meets are judged anew by the runner (`services/corrections.py`), and what became of each is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from domain.actors import Actor, Role
from domain.calendar import Counts
from domain.clock_policies import Version, made, require_sound
from domain.clocks import DEFAULT_POLICIES, ClockKind, Family, Zone
from domain.errors import Fault, Forbidden, Invalid, NotFound
from models.catalogue import Category
from models.clock import ClockPolicy as Row
from models.order import Channel
from services.parts import correcting, correction_plans, corrections, policies
from services.parts.correcting import Difference
from services.parts.corrections import Queued, Rechecked, Shown
from services.uow import query, use_case


@dataclass(frozen=True, slots=True)
class PolicyGiven:
    """A version as wanted: [from, until), seconds counted in `counts`; None fits every channel, category, zone."""

    kind: ClockKind
    family: Family
    counts: Counts
    window_s: int
    effective_from: datetime
    effective_until: datetime | None = None
    channel_id: int | None = None
    category_code: str | None = None
    zone: Zone | None = None


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """`policy` comes, the version `replaces` goes; one of them may be missing."""

    policy: PolicyGiven | None = None
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """A default (`id` None) or a version. `window_s` None: the booked window. Ended: it counts no more."""

    place: int
    id: int | None
    kind: str
    family: str
    owner: str
    channel_id: int | None
    category_code: str | None
    zone: str | None
    counts: str
    window_s: int | None
    effective_from: datetime | None
    effective_until: datetime | None
    made_by: int | None
    ended_by: int | None


@query
def preview(connection: Connection, actor: Actor, change: PolicyChange, now: datetime) -> Shown:
    """What the change would do to clocks that run, or whose fees are not posted; nothing is written."""
    _require_admin(actor)
    _, old, new = _versions(connection, change)
    known = corrections.seen(connection, _named(change))
    return Shown(known, _difference(connection, old, new, now))


def apply(actor: Actor, change: PolicyChange, reason: str, seen: str | None, now: datetime) -> Queued:
    """Change the rules; the clocks they meet follow by the runner. `NotSeen` when clocks move and nobody has looked.

    `CorrectionRunning` while an earlier one is on its way.
    """
    _require_admin(actor)
    done = _apply(actor, change, reason, seen, now)
    policies.OVERRIDES.forget()  # after the commit: before it, the old versions would be remembered again
    return done


@use_case
def _apply(
    tx: Connection, actor: Actor, change: PolicyChange, reason: str, seen: str | None, now: datetime
) -> Queued:
    corrections.one_at_a_time(tx)
    corrections.require_none_running(tx)
    gone, old, new = _versions(tx, change)
    known = corrections.seen(tx, _named(change))
    if seen != known:
        corrections.require_seen(seen, known, _difference(tx, old, new, now))
    plan = correction_plans.of_versions(tx, old, new)
    what = {"before": None if gone is None else _words(gone), "after": _named(change)["policy"]}
    record = corrections.begin(tx, "policy", what, reason, actor.person_id, now)
    if change.replaces is not None:
        tx.execute(update(Row).where(Row.id == change.replaces).values(ended_by=record))
    if change.policy is not None:
        tx.execute(insert(Row).values(**_columns(change.policy), made_by=record))
    return Queued(record, finished=not corrections.queue(tx, record, plan, now))


@use_case
def recheck(tx: Connection, now: datetime) -> Rechecked:
    """Judge clocks again that another process started by the versions it remembered from before a correction."""
    corrections.one_at_a_time(tx)
    recent = [row.id for row in corrections.recent(tx, "policy", now)]
    if not recent or corrections.running(tx):  # what is on its way judges them itself
        return Rechecked()
    old, new = policies.load_versions(tx, before=recent[0]), policies.load_versions(tx)
    kinds = {(v.policy.kind, v.policy.family) for v in (*old, *new) if v not in old or v not in new}
    plans = [correction_plans.of_versions(tx, _only(old, kind), _only(new, kind)) for kind in sorted(kinds)]
    found = [correcting.differing(tx, plan, now, recent[-1]) for plan in plans]
    return Rechecked(sum(one.clocks for one in found), sum(one.changed() for one in found))


def _only(versions: list[Version], kind: tuple[ClockKind, Family]) -> list[Version]:
    return [version for version in versions if (version.policy.kind, version.policy.family) == kind]


def _require_admin(actor: Actor) -> None:
    if actor.role != Role.ADMIN:
        raise Forbidden


def _versions(tx: Connection, change: PolicyChange) -> tuple[Version | None, list[Version], list[Version]]:
    """The version that goes; all as they stand; all as they will. Refuses what cannot be."""
    old = policies.load_versions(tx)
    gone = next((version for version in old if version.id == change.replaces), None)
    if change.replaces is not None and gone is None:
        raise NotFound
    new = [version for version in old if version is not gone]
    if change.policy is not None:
        draft = _version(change.policy)
        require_sound(draft, new)
        _require_known(tx, change.policy)
        new.append(draft)
    elif gone is None:
        raise Invalid(errors=[Fault("policy", "required", "须填写新规则或要撤销的规则")])
    return gone, old, new


def _require_known(tx: Connection, given: PolicyGiven) -> None:
    faults = []
    if given.channel_id is not None and not _there(tx, Channel.id, given.channel_id):
        faults.append(Fault("channel_id", "unknown_value", "没有这个渠道"))
    if given.category_code is not None and not _there(tx, Category.code, given.category_code):
        faults.append(Fault("category_code", "unknown_value", "没有这个品类"))
    if faults:
        raise Invalid(errors=faults)


def _there(tx: Connection, column: Any, value: object) -> bool:
    return tx.execute(select(column).where(column == value)).first() is not None


def _version(given: PolicyGiven) -> Version:
    window = timedelta(seconds=given.window_s)
    policy = made(given.kind, given.family, given.counts, window, given.zone)
    return Version(policy, given.channel_id, given.category_code, given.effective_from, given.effective_until)


def _columns(given: PolicyGiven) -> dict[str, Any]:
    values = {name: getattr(given, name) for name in PolicyGiven.__slots__}
    return {**values, "owner": _version(given).policy.owner}


def _difference(tx: Connection, old: list[Version], new: list[Version], now: datetime) -> Difference:
    """What is shown before: of the clocks that start while the one that comes or goes holds, the first ten thousand."""
    return correcting.differing(
        tx, correction_plans.of_versions(tx, old, new), now, most=correcting.PREVIEWED
    )


def _named(change: PolicyChange) -> dict[str, Any]:
    given = change.policy
    policy = None if given is None else {name: getattr(given, name) for name in PolicyGiven.__slots__}
    return {"replaces": change.replaces, "policy": policy and _plain(policy)}


def _words(version: Version) -> dict[str, Any]:
    policy = version.policy
    window_s = None if policy.window is None else int(policy.window.total_seconds())
    values = {
        "id": version.id,
        "kind": policy.kind,
        "family": policy.family,
        "counts": policy.counts,
        "zone": policy.zone,
        "window_s": window_s,
        "channel_id": version.channel_id,
        "category_code": version.category_code,
        "effective_from": version.effective_from,
        "effective_until": version.effective_until,
    }
    return _plain(values)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """As JSON keeps it: instants in UTC."""
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


_LISTED = """
SELECT * FROM (SELECT row_number() OVER (ORDER BY id DESC) + %(defaults)s AS place, id, kind, family, owner, channel_id,
       category_code, zone, counts, window_s, effective_from, effective_until, made_by, ended_by FROM clock_policy) AS v
 WHERE place > %(after)s ORDER BY place LIMIT %(limit)s
"""


@query
def listed(connection: Connection, after: int, limit: int) -> list[PolicyLine]:
    """The defaults, then every version there ever was, newest first; those whose place is behind `after`."""
    defaults = [
        PolicyLine(
            place, None, p.kind, p.family, p.owner, None, None, p.zone, p.counts,
            None if p.window is None else int(p.window.total_seconds()), None, None, None, None,
        )
        for place, p in enumerate(DEFAULT_POLICIES, 1)
    ]  # fmt: skip
    values = {"defaults": len(defaults), "after": after, "limit": limit}
    rows = [PolicyLine(*row) for row in connection.exec_driver_sql(_LISTED, values)]
    return [*defaults[after:], *rows][:limit]
