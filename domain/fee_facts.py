"""What decides a job's fees: the facts that `domain/fees.py` is given."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.clocks import ClockKind, Family, Level, Owner, Zone
from domain.job import Kind
from domain.ledger import Party


class Scheme(StrEnum):
    """How a channel sells a product: profit shared, shipped by the dealer, or exclusive online."""

    SHARE = "share"
    DEALER_SHIPS = "dealer_ships"
    EXCLUSIVE = "exclusive"


class CollectedBy(StrEnum):
    """Into whose hands the customer's money went."""

    BRAND = "brand"
    DEALER = "dealer"
    INSTALLER = "installer"


class Outcome(StrEnum):
    """How far the work got: done, or given up before check-in, after it, or after submit."""

    COMPLETED = "completed"
    BEFORE_CHECK_IN = "before_check_in"
    AFTER_CHECK_IN = "after_check_in"
    AFTER_SUBMIT = "after_submit"


class Blame(StrEnum):
    """Whose fault a second or a lost visit is."""

    DEALER = "dealer"
    GOODS = "goods"
    LOGISTICS = "logistics"
    BRAND = "brand"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Charge:
    """An extra the customer agreed to and paid, at that day's unit price. `type` is one of Tmall's ten."""

    charge_id: int
    type: int
    name: str
    unit: str
    quantity: int
    unit_fen: int
    collected_by: CollectedBy


@dataclass(frozen=True, slots=True)
class ClockFact:
    """How a clock of the job ended: the highest level reached. `turn` tells clocks of one kind apart.

    `appealed`: the dealer's appeal waits for an answer, and what the level costs waits with it.
    """

    kind: ClockKind
    family: Family
    owner: Owner
    level: Level | None = None
    excused: bool = False
    turn: int = 1
    appealed: bool = False


@dataclass(frozen=True, slots=True)
class Upheld:
    """A complaint about the dealer that an agent upheld, by its category."""

    complaint_id: int
    category: str


@dataclass(frozen=True, slots=True)
class JobFacts:
    """All that decides a job's fees. `blame` overrides who was promised to pay.

    `collected_by` is for base and remote fees the customer pays. On a shared visit only one job
    `carries_remote`: see `dearest`. `free_m` and `per_km_fen`: the coverage's own. A customer who pays the way by
    the promise pays at most `promised_remote_fen`, the brand the rest; a trip in vain only where it was shown.
    `way_paid_fen`: what the customer has paid for the visit's way on its other jobs; `way_posted_fen`: what those
    have been paid for it otherwise.
    `promotion`: the name of the promotion day on which the work was done. `stars`: the customer's, 1 to 5.
    `first_time`: done at the dealer's first visit, and nothing to mend by its fault.
    """

    job_id: int
    dealer_id: int
    kind: Kind
    category: str
    zone: Zone
    scheme: Scheme
    units: int = 1
    outcome: Outcome = Outcome.COMPLETED
    visit_id: int | None = None
    distance_m: int | None = None
    agreed_remote_fen: int | None = None
    free_m: int | None = None
    per_km_fen: int | None = None
    carries_remote: bool = True
    payer: Party = Party.OPERATOR
    remote_payer: Party = Party.OPERATOR
    promised_remote_fen: int | None = None
    way_paid_fen: int = 0
    way_posted_fen: int = 0
    trip_by_customer: bool = False
    collected_by: CollectedBy = CollectedBy.BRAND
    blame: Blame | None = None
    dealer_at_fault_id: int | None = None
    base_forfeited: bool = False
    charges: tuple[Charge, ...] = ()
    clocks: tuple[ClockFact, ...] = ()
    promotion: str | None = None
    stars: int | None = None
    first_time: bool = False
    complaints: tuple[Upheld, ...] = ()
