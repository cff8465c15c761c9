"""Dealers as an admin keeps them: outlet, coverage with its history, capacity, skills and certificates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, case, delete, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.actors import Actor, Role
from domain.errors import Fault, Invalid, NotFound
from models.alliance import AllianceMembership
from models.catalogue import Category, Division
from models.dealer import Authorisation, Capacity, Certificate, Coverage, Dealer, Skill
from models.order import Channel
from models.person import RoleBinding
from services.parts import coverage_lock
from services.parts.changed import Changed
from services.uow import query, use_case


@dataclass(frozen=True, slots=True)
class DealerGiven:
    """A contracting party and its outlet; the point is in the datum named."""

    code: str
    name: str
    status: str = "active"
    party: str = "company"
    alliance: bool = False
    auto_accept: bool = False
    outlet_lng: float | None = None
    outlet_lat: float | None = None
    outlet_datum: str = "gcj02"
    short_name: str | None = None
    opening_days: int = 127
    holidays_open: bool = True


@dataclass(frozen=True, slots=True)
class CoverageGiven:
    """One line of coverage: a category in a division is free, remote or none; its own radius and rate, if any."""

    category_code: str
    division_code: str
    zone: str
    territory_owner: bool = False
    free_m: int | None = None
    per_km_fen: int | None = None


@dataclass(frozen=True, slots=True)
class CapacityGiven:
    """Units a day; `day` None is the standing figure, with `promotion` the one for promotion days."""

    category_code: str
    day: date | None
    units: int
    promotion: bool = False


@dataclass(frozen=True, slots=True)
class AuthorisationGiven:
    """The brand's leave to install a category that needs it; `until` is the last day, None: no end."""

    category_code: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """The id of what was made or changed."""

    id: int


@use_case
def put_dealer(tx: Connection, given: DealerGiven, told: Collection[str] | None = None) -> Made:
    """Make or change a dealer by its code; of one that is there only the fields `told` change, None: all.

    Who ever signed the alliance's agreement is in it or not by that alone.
    """
    values = asdict(given)
    changing = values if told is None else told
    made = upsert(Dealer).values(values)
    renewed: dict[str, Any] = {name: made.excluded[name] for name in changing if name != "code"}
    signed = exists().where(AllianceMembership.dealer_id == Dealer.id)
    if "alliance" in renewed:
        renewed["alliance"] = case((signed, Dealer.alliance), else_=made.excluded.alliance)
    changed = made.on_conflict_do_update(index_elements=["code"], set_=renewed)
    return Made(tx.execute(changed.returning(Dealer.id)).scalar_one())


@query
def own_dealer(connection: Connection, actor: Actor, dealer_id: int) -> None:
    """NotFound for a dealer that is not there or not the actor's; the brand's staff know all."""
    if actor.dealer_id not in (None, dealer_id):
        raise NotFound
    if connection.execute(select(Dealer.id).where(Dealer.id == dealer_id)).first() is None:
        raise NotFound


@use_case
def set_coverage(tx: Connection, dealer_id: int, lines: Sequence[CoverageGiven], now: datetime) -> Changed:
    """Make the dealer's coverage exactly this; what changes is ended now and kept as history."""
    coverage_lock.hold(tx)
    _lock(tx, dealer_id)
    _refuse_unknown(tx, lines)
    _refuse_taken(tx, dealer_id, lines)
    wanted = {(line.category_code, line.division_code): line for line in lines}
    current = select(Coverage.__table__).where(Coverage.dealer_id == dealer_id, Coverage.valid_to.is_(None))
    ended = []
    for row in tx.execute(current):
        line = wanted.get((row.category_code, row.division_code))
        if line and all(getattr(line, name) == getattr(row, name) for name in _TERMS):
            del wanted[row.category_code, row.division_code]
        else:
            ended.append(row.id)
    tx.execute(update(Coverage).where(Coverage.id.in_(ended)).values(valid_to=now))
    rows = [asdict(line) | {"dealer_id": dealer_id, "valid_from": now} for line in wanted.values()]
    if rows:
        tx.execute(insert(Coverage), rows)
    return Changed(dealer_id, len(ended), len(rows))


_TERMS = ("zone", "territory_owner", "free_m", "per_km_fen")
_TAKEN = """
SELECT coverage.category_code, coverage.division_code, dealer.name
  FROM coverage JOIN dealer ON dealer.id = coverage.dealer_id
 WHERE coverage.valid_to IS NULL AND coverage.territory_owner AND coverage.dealer_id <> %(dealer)s
   AND coverage.division_code = ANY(%(codes)s::text[])
"""


def _refuse_taken(tx: Connection, dealer_id: int, lines: Sequence[CoverageGiven]) -> None:
    """A territory has one owner per category: who gives it up must do so first."""
    owned = [line.division_code for line in lines if line.territory_owner]
    asked = {"dealer": dealer_id, "codes": owned}
    rows = tx.exec_driver_sql(_TAKEN, asked).all() if owned else []
    owners = {(row.category_code, row.division_code): row.name for row in rows}
    faults = [
        Fault(f"lines.{at}.territory_owner", "territory_taken", f"已有属地网点「{owners[place]}」")
        for at, line in enumerate(lines)
        if line.territory_owner and (place := (line.category_code, line.division_code)) in owners
    ]
    if faults:
        raise Invalid(errors=faults)


def _lock(tx: Connection, dealer_id: int) -> None:
    if tx.execute(select(Dealer.id).where(Dealer.id == dealer_id).with_for_update()).first() is None:
        raise NotFound


def _refuse_unknown(tx: Connection, lines: Sequence[CoverageGiven]) -> None:
    """All unknown categories and divisions, and lines that say two things, at once."""
    categories = set(tx.execute(select(Category.code)).scalars())
    codes = {line.division_code for line in lines}
    divisions = set(tx.execute(select(Division.code).where(Division.code.in_(codes))).scalars())
    faults, seen = [], set()
    for at, line in enumerate(lines):
        if line.category_code not in categories:
            faults.append(Fault(f"lines.{at}.category_code", "unknown_category", "没有这个品类"))
        if line.division_code not in divisions:
            faults.append(Fault(f"lines.{at}.division_code", "unknown_division", "没有这个行政区划"))
        key = (line.category_code, line.division_code)
        if key in seen:
            faults.append(Fault(f"lines.{at}", "line_repeated", "同一品类和区划出现两次"))
        seen.add(key)
    if faults:
        raise Invalid(errors=faults)


def _refuse_unknown_categories(tx: Connection, codes: Sequence[str]) -> None:
    known = set(tx.execute(select(Category.code).where(Category.code.in_(codes))).scalars())
    faults = [Fault(code, "unknown_category", "没有这个品类") for code in codes if code not in known]
    if faults:
        raise Invalid(errors=faults)


@use_case
def set_capacity(tx: Connection, dealer_id: int, lines: Sequence[CapacityGiven]) -> Changed:
    """Set standing figures and days; 0 units means closed on that day."""
    _lock(tx, dealer_id)
    _refuse_unknown_categories(tx, [line.category_code for line in lines])
    wrong = [at for at, line in enumerate(lines) if line.promotion and line.day is not None]
    if wrong:
        told = "大促日产能不指定日期"
        raise Invalid(errors=[Fault(f"lines.{at}.promotion", "promotion_has_no_day", told) for at in wrong])
    unique = {(line.category_code, line.day, line.promotion): line for line in lines}
    if unique:
        rows = [asdict(line) | {"dealer_id": dealer_id} for line in unique.values()]
        made = upsert(Capacity).values(rows)
        tx.execute(
            made.on_conflict_do_update(
                index_elements=["dealer_id", "category_code", "day", "promotion"],
                set_={"units": made.excluded.units},
                where=Capacity.units != made.excluded.units,
            )
        )
    return Changed(dealer_id, 0, len(lines))


@use_case
def set_authorisations(tx: Connection, dealer_id: int, lines: Sequence[AuthorisationGiven]) -> Changed:
    """The brand's leaves of a dealer, exactly these."""
    _lock(tx, dealer_id)
    _refuse_unknown_categories(tx, [line.category_code for line in lines])
    codes = [line.category_code for line in lines]
    gone = delete(Authorisation).where(
        Authorisation.dealer_id == dealer_id, Authorisation.category_code.not_in(codes)
    )
    ended = tx.execute(gone).rowcount
    for line in {line.category_code: line for line in lines}.values():
        made = upsert(Authorisation).values(asdict(line) | {"dealer_id": dealer_id})
        keys = ["dealer_id", "category_code"]
        tx.execute(made.on_conflict_do_update(index_elements=keys, set_={"until": made.excluded.until}))
    return Changed(dealer_id, ended, len(lines))


@use_case
def set_skills(
    tx: Connection, dealer_id: int, person_id: int, levels: dict[str, int], certificates: dict[str, date]
) -> Changed:
    """What an installer of this dealer may install, and until when his certificates hold."""
    bound = select(RoleBinding.id).where(
        RoleBinding.person_id == person_id,
        RoleBinding.dealer_id == dealer_id,
        RoleBinding.role == Role.INSTALLER,
    )
    if tx.execute(bound).first() is None:
        raise NotFound
    _refuse_unknown_categories(tx, list(levels))
    tx.execute(delete(Skill).where(Skill.person_id == person_id))
    tx.execute(delete(Certificate).where(Certificate.person_id == person_id))
    rows: list[dict[str, Any]] = [
        {"person_id": person_id, "category_code": code, "level": level} for code, level in levels.items()
    ]
    held = [{"person_id": person_id, "kind": kind, "expires_on": day} for kind, day in certificates.items()]
    if rows:
        tx.execute(insert(Skill), rows)
    if held:
        tx.execute(insert(Certificate), held)
    return Changed(person_id, 0, len(rows) + len(held))


@dataclass(frozen=True, slots=True)
class ChannelGiven:
    """A shop; `operator_dealer_id` None: the brand runs it. What its promise says about silence and trips."""

    code: str
    name: str
    platform: str
    scheme: str = "share"
    operator_dealer_id: int | None = None
    silence_confirms: bool = True
    trip_fee_shown: bool = False


@use_case
def put_channel(tx: Connection, given: ChannelGiven) -> Made:
    """Make or change a channel by its code."""
    _refuse_unknown_operator(tx, given)
    values = asdict(given)
    made = upsert(Channel).values(values)
    renewed: dict[str, Any] = {name: made.excluded[name] for name in values if name != "code"}
    changed = made.on_conflict_do_update(index_elements=["code"], set_=renewed)
    return Made(tx.execute(changed.returning(Channel.id)).scalar_one())


def _refuse_unknown_operator(tx: Connection, given: ChannelGiven) -> None:
    operator = given.operator_dealer_id
    if operator is not None and tx.execute(select(Dealer.id).where(Dealer.id == operator)).first() is None:
        raise Invalid(errors=[Fault("operator_dealer_id", "unknown_dealer", "没有这个网点")])
