"""Who pays the remote fee (domain.md §3, §6): what was shown before the purchase, the rule, the way, the check-in.

The dealer is owed the fee by the rule of the day of the work; the customer pays at most what the promise showed, by
the rule the promise named; the rest is the brand's. What that cannot decide goes to an agent, and until then, or if
nobody says otherwise, the brand pays: silence is no yes to money the promise did not show. A pure function.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain import remote_words as words
from domain.clocks import Zone
from domain.fee_parts import Part
from domain.fee_remote import ROAD, RemoteFeeNotAgreed, RoadUnknown
from domain.fee_rules import FeeRule
from domain.geo import Place


class Basis(StrEnum):
    """What a promise said of the way (`domain.promise.RemoteFee.basis`)."""

    NONE = "none"
    FREE = "free"
    BY_KM = "by_km"
    BY_DISTANCE = "by_distance"
    NEGOTIATED = "negotiated"


class Ground(StrEnum):
    """Why the rule alone cannot decide."""

    NO_PROMISE = "no_promise"
    NO_RULE = "no_rule"
    DISTANCE_UNKNOWN = "distance_unknown"
    NOT_AGREED = "not_agreed"
    ROAD_UNKNOWN = "road_unknown"
    BOUNDARY_WRONG = "boundary_wrong"
    CHECK_IN_OUTSIDE = "check_in_outside"
    CHECK_IN_UNKNOWN = "check_in_unknown"


TO_BE_AGREED = frozenset({Ground.NOT_AGREED, Ground.ROAD_UNKNOWN})
"""Grounds that a price agreed with the customer removes."""


class Payer(StrEnum):
    """Whose money it is."""

    NOBODY = "nobody"
    CUSTOMER = "customer"
    BRAND = "brand"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the promise showed. `rule`, `zone`, `free_m`, `per_km_fen`, `distance_m`: of the promise and its dealer."""

    name: str
    made_at: datetime
    basis: Basis
    amount_fen: int | None
    zone: Zone
    rule: FeeRule | None = None
    distance_m: int | None = None
    free_m: int | None = None
    per_km_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """The trip as it was made: from the serving dealer's outlet, by the rule of that day; metres in a straight line."""

    category: str
    zone: Zone
    rule: FeeRule | None
    distance_m: int | None
    free_m: int | None = None
    per_km_fen: int | None = None
    agreed_fen: int | None = None


class Lacking(StrEnum):
    """Why an arrival could not be compared: nobody located the address, the phone had no fix, or either."""

    DOOR = "door"
    FIX = "fix"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Arrival:
    """The installer's check-in: inside, outside or unknown, how far from the door, and what is lacking if unknown."""

    result: Place
    distance_m: int | None
    lacking: Lacking = Lacking.UNKNOWN


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who pays what, in fen. `owed_fen`: the dealer's by the rule; `promised_fen`: the most the customer was shown.

    Not `decided`: an agent rules, and these are the suggestion. `provisional`: nobody has checked in yet. `needs_yes`:
    the promise showed no sum, so that the customer must agree before anything is taken. `asks`: undecided about money
    that the customer was told of, or without a price; agents are asked by the check-in. `text` is for the customer.
    """

    decided: bool
    provisional: bool
    grounds: tuple[Ground, ...]
    owed_fen: int | None
    promised_fen: int | None
    customer_fen: int
    brand_fen: int | None
    payer: Payer
    needs_yes: bool
    asks: bool
    arithmetic: str | None
    text: str


def judge(way: Way, shown: Shown | None, arrival: Arrival | None) -> Verdict:
    """The verdict: shown ¥6.80 for (23.4 km − 20 km) × ¥2.00 and checked in at the door, the customer pays 680 fen.

    Shown as free and yet remote by the rule, an agent is asked, and the brand is suggested to pay it.
    """
    owed, grounds = _owed(way)
    if owed is None and not grounds:
        return _nobody(way, shown)
    promised, more = _promised(way, shown)
    grounds = tuple(dict.fromkeys((*grounds, *more, *_boundary(owed, shown))))
    asked = min(promised or 0, owed.amount_fen) if owed else 0
    if asked and not grounds:
        grounds = _arrived(arrival)
    customer_fen = 0 if grounds else asked
    return Verdict(
        decided=not grounds,
        provisional=arrival is None,
        grounds=grounds,
        owed_fen=owed.amount_fen if owed else None,
        promised_fen=promised,
        customer_fen=customer_fen,
        brand_fen=owed.amount_fen - customer_fen if owed else None,
        payer=payer_of(customer_fen, owed.amount_fen if owed else None),
        needs_yes=shown is None or shown.basis == Basis.NEGOTIATED or _shown_by_road(way, shown),
        asks=_asks(grounds, shown),
        arithmetic=owed.text if owed else None,
        text=_told(way, shown, arrival, owed, customer_fen, grounds),
    )


def payer_of(customer_fen: int, owed_fen: int | None) -> Payer:
    """Whose money: all of it, none of it, or some; an unknown fee is the brand's until it is known."""
    if owed_fen == 0:
        return Payer.NOBODY
    if owed_fen is None or not customer_fen:
        return Payer.BRAND
    return Payer.CUSTOMER if customer_fen >= owed_fen else Payer.BOTH


def without_agreement(way: Way) -> int:
    """Fen the dealer is owed where nobody agreed a price in time: the formula carried on; unmeasured it is 0.

    Where the rule counts the road this is the least, since no road is shorter than its straight metres.
    """
    if way.rule is None or way.distance_m is None:
        return 0
    return way.rule.carried_on_fen(way.category, way.zone, way.distance_m, way.free_m, way.per_km_fen)


def ruling_told(shown: Shown | None, customer_fen: int, owed_fen: int | None, by: str) -> str:
    """The paragraph after a ruling: what was shown, and what was ruled by an agent or by silence."""
    brand_fen = None if owed_fen is None else max(owed_fen - customer_fen, 0)
    return words.paragraph(_opening(shown), words.ruled(customer_fen, brand_fen, by == "silence"))


def _owed(way: Way) -> tuple[Part | None, tuple[Ground, ...]]:
    """What the dealer is owed; neither part nor ground: no remote fee here."""
    if way.rule is None:
        return None, (Ground.NO_RULE,)
    if way.rule.remote_rate(way.category, way.zone, way.free_m, way.per_km_fen) is None:
        return None, ()
    own = (way.free_m, way.per_km_fen)
    try:
        part = way.rule.remote_part(way.category, way.zone, way.distance_m, way.agreed_fen, *own)
    except RoadUnknown:
        return None, (Ground.ROAD_UNKNOWN,)
    except RemoteFeeNotAgreed:
        return None, (Ground.NOT_AGREED,)
    if part is None and way.distance_m is None:
        return None, (Ground.DISTANCE_UNKNOWN,)
    return (part if part and part.amount_fen else None), ()


def _shown_by_road(way: Way, shown: Shown) -> bool:
    """The promise named a rule that counts the road, and so no sum."""
    if shown.basis != Basis.BY_DISTANCE or shown.rule is None:
        return False
    rate = shown.rule.remote_rate(way.category, shown.zone, shown.free_m, shown.per_km_fen)
    return rate is not None and rate.distance == ROAD


def _promised(way: Way, shown: Shown | None) -> tuple[int | None, tuple[Ground, ...]]:
    """The most that the customer was told he would pay; None where the promise leaves it open."""
    if shown is None:
        return None, (Ground.NO_PROMISE,)
    if shown.basis in (Basis.NONE, Basis.FREE):
        return 0, ()
    if shown.basis == Basis.BY_KM:
        return shown.amount_fen or 0, ()
    if shown.basis == Basis.NEGOTIATED:
        return way.agreed_fen, (Ground.NOT_AGREED,) if way.agreed_fen is None else ()
    return _by_distance(way, shown)


def _by_distance(way: Way, shown: Shown) -> tuple[int | None, tuple[Ground, ...]]:
    """By the published rule over the shorter way: that another dealer came from farther is not the customer's."""
    known = [metres for metres in (shown.distance_m, way.distance_m) if metres is not None]
    if shown.rule is None:
        return None, (Ground.NO_RULE,)
    if _shown_by_road(way, shown):
        return way.agreed_fen, (Ground.ROAD_UNKNOWN,) if way.agreed_fen is None else ()
    if not known:
        return None, (Ground.DISTANCE_UNKNOWN,)
    own = (shown.free_m, shown.per_km_fen)
    try:
        part = shown.rule.remote_part(way.category, shown.zone, min(known), way.agreed_fen, *own)
    except RemoteFeeNotAgreed:
        return None, (Ground.NOT_AGREED,)
    return (part.amount_fen if part else 0), ()


def _boundary(owed: Part | None, shown: Shown | None) -> tuple[Ground, ...]:
    """Shown as free, and remote by the rule."""
    wrong = owed is not None and shown is not None and shown.basis in (Basis.NONE, Basis.FREE)
    return (Ground.BOUNDARY_WRONG,) if wrong else ()


def _arrived(arrival: Arrival | None) -> tuple[Ground, ...]:
    """Money for a way is taken only by who was there; before the visit the answer is provisional."""
    if arrival is None or arrival.result == Place.INSIDE:
        return ()
    return (Ground.CHECK_IN_OUTSIDE if arrival.result == Place.OUTSIDE else Ground.CHECK_IN_UNKNOWN,)


def _asks(grounds: tuple[Ground, ...], shown: Shown | None) -> bool:
    """Elsewhere nobody is asked to pay, and the brand does unless somebody disputes it."""
    return bool(grounds) and (_told_of_money(shown) or not TO_BE_AGREED.isdisjoint(grounds))


def _told_of_money(shown: Shown | None) -> bool:
    return shown is not None and shown.basis not in (Basis.NONE, Basis.FREE)


def _nobody(way: Way, shown: Shown | None) -> Verdict:
    told = words.paragraph(_opening(shown), words.nothing(way.distance_m))
    return Verdict(True, False, (), 0, None, 0, 0, Payer.NOBODY, False, False, None, told)


def _opening(shown: Shown | None) -> str:
    if shown is None:
        return words.NO_PROMISE
    return words.shown(shown.name, shown.made_at, shown.basis, shown.amount_fen)


def _told(
    way: Way,
    shown: Shown | None,
    arrival: Arrival | None,
    owed: Part | None,
    customer_fen: int,
    grounds: tuple[Ground, ...],
) -> str:
    if way.zone == Zone.FREE and Ground.DISTANCE_UNKNOWN in grounds and not _told_of_money(shown):
        return words.paragraph(_opening(shown) if shown else None, words.free_zone())
    rule = words.by_rule(owed.text, way.rule.version) if owed and way.rule else None
    where = None if arrival is None else words.arrived(arrival.result, arrival.distance_m, arrival.lacking)
    if grounds:
        end = words.open_question([words.GROUNDS[ground] for ground in grounds], _asks(grounds, shown))
    else:
        assert owed is not None
        end = words.outcome(customer_fen, owed.amount_fen - customer_fen)
    return words.paragraph(_opening(shown), rule, where, end)
