"""What decides a promise: the facts that `domain/promise.py` is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.capacity import Day, Diary
from domain.fee_rules import FeeRule

ENGINE = 5


@dataclass(frozen=True, slots=True)
class Good:
    """A product asked about. `certificates` non-empty (gas, wiring) means that nobody but a fitter may install it."""

    sku: str
    name: str
    quantity: int
    category: str
    kind: str = "install"
    needs_installation: bool = True
    self_install_allowed: bool = False
    certificates: tuple[str, ...] = ()
    lead_days: int = 1
    included: tuple[str, ...] = ()
    video_url: str | None = None
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    guide_version: int | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A dealer whose coverage names the place for one category. `name` is all that a customer sees of it.

    `skilled`, `lacks`, `level` are its people's, `recent` a week's offers: as in `domain.dispatch.Covering`.
    """

    dealer_id: int
    name: str
    zone: str
    territory_owner: bool
    alliance: bool
    score: int
    active: bool
    authorised: bool
    diary: Diary
    distance_m: int | None = None
    free_m: int | None = None
    per_km_fen: int | None = None
    skilled: bool = True
    lacks: tuple[str, ...] = ()
    level: int = 0
    recent: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What the shop's pages say of silence and of trips made in vain."""

    scheme: str = "share"
    silence_confirms: bool = True
    trip_fee_shown: bool = False


@dataclass(frozen=True, slots=True)
class Extra:
    """An item of the price list; with `categories` it is of those works only."""

    code: str
    name: str
    unit: str
    price_fen: int
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a promise is computed from. `days` begin today; `servers` by category.

    `engine`: by which rules of ours; their promises must still come out as they were. 1 knew no people, measured room
    over all days at once and every way in a straight line. 2 said 免费上门区 beside a fee for the way, listed extras
    where nobody comes and asked about installing by oneself without a film or steps to follow.
    """

    made_at: datetime
    place: str
    goods: tuple[Good, ...]
    servers: Mapping[str, Sequence[Server]]
    terms: Terms
    days: tuple[Day, ...]
    extras: tuple[Extra, ...]
    rule: FeeRule | None
    engine: int = ENGINE
