"""What people read about the way: the answer for everybody, the whole case for the agent who rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.queries.charges import ChargeCard
from services.queries.job_views import EventLine


@dataclass(frozen=True, slots=True)
class Spot:
    """A point as it was told: degrees, datum, how good the fix is in metres (None: not said), who said so."""

    lng: float
    lat: float
    datum: str
    accuracy_m: float | None
    point_source: str


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """Who pays the way, in words for the customer. `settled_by`: rule, agent, silence; None: not settled yet."""

    job_id: int
    disputed: bool
    settled_by: str | None
    provisional: bool
    payer: str
    customer_fen: int
    text: str
    available_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The verdict of the rule: decided, or what is suggested and why an agent is asked."""

    decided: bool
    provisional: bool
    grounds: tuple[str, ...]
    ground_names: tuple[str, ...]
    owed_fen: int | None
    promised_fen: int | None
    customer_fen: int
    brand_fen: int | None
    payer: str
    needs_yes: bool
    text: str


@dataclass(frozen=True, slots=True)
class PromiseShown:
    """What was shown before the purchase, and from which versions it was computed."""

    id: str
    made_at: datetime
    expires_at: datetime
    fee_rule_version: int | None
    price_list_id: int | None
    dealer: str | None
    zone: str
    basis: str
    amount_fen: int | None
    distance_m: int | None
    text: str


@dataclass(frozen=True, slots=True)
class RuleUsed:
    """The rule of the day of the work for this category and zone; the serving coverage's own radius and rate count."""

    version: int
    effective_from: date
    zone: str
    free_m: int
    per_km_fen: int
    cap_fen: int | None
    negotiated_beyond_m: int
    rule_distance: str


@dataclass(frozen=True, slots=True)
class WayDriven:
    """From outlet to door: `distance_m` is measured in a straight line; `arithmetic` as on the fee line."""

    distance_m: int | None
    measured: str
    agreed_fen: int | None
    arithmetic: str | None
    outlet: Spot | None
    door: Spot | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """The last check-in."""

    result: str
    distance_m: int | None
    reason: str | None
    occurred_at: datetime
    photo_id: int | None
    point: Spot | None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was opened, by whom, and what was ruled; `customer_fen` None while it waits."""

    opened_at: datetime
    opened_by_role: str
    owed_fen: int | None
    customer_fen: int | None
    ruled_by: str | None
    ruled_at: datetime | None
    rule_by: datetime | None


@dataclass(frozen=True, slots=True)
class RemoteCase:
    """Everything an agent needs to rule, on one page."""

    job_id: int
    status: str
    dealer_id: int | None
    dealer_name: str | None
    dispute: Ruling | None
    suggestion: Suggestion
    promise: PromiseShown | None
    rule: RuleUsed | None
    way: WayDriven
    check_in: Arrived | None
    photos: int
    charges: tuple[ChargeCard, ...]
    collected_fen: int
    history: tuple[EventLine, ...]
    available_actions: tuple[str, ...]
