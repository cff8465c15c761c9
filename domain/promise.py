"""What a customer is told before buying (domain.md §3): who comes, when, what is free, what costs how much.

Pure: facts in, promise out. Prices come from the very functions that make the fee lines (`domain/fee_rules.py`), the
dealer from the ranking that dispatch uses (`domain/dispatch.py`), so what was shown and what follows cannot differ.
The words are made in `domain/promise_words.py`. A change of meaning raises `promise_facts.ENGINE`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain import dispatch
from domain import promise_words as words
from domain.capacity import free_days, room, windows_of
from domain.clocks import Zone
from domain.fee_facts import Scheme
from domain.fee_parts import Part
from domain.fee_remote import ROAD, RemoteFeeNotAgreed
from domain.fee_rules import NoFee
from domain.job import Kind
from domain.money import share_of, yuan
from domain.promise_facts import Extra, Facts, Good, Server

LIVES = timedelta(days=7)
SILENCE_HOURS = 48
WINDOWS = 3


@dataclass(frozen=True, slots=True)
class WindowPromised:
    """A span that was free at that moment; nothing is reserved."""

    part: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class RemoteFee:
    """`basis`: none, free, by_km (the amount is known), by_distance (the rule is known), negotiated.

    `amount_fen` is the most the customer pays for the way; 680 for (23.4 km − 20 km) × ¥2.00.
    """

    basis: str
    amount_fen: int | None
    text: str


@dataclass(frozen=True, slots=True)
class TripFee:
    """What a trip made in vain by the customer's fault costs him; None: nothing, and nothing may be asked."""

    amount_fen: int | None
    text: str


@dataclass(frozen=True, slots=True)
class SelfInstall:
    """Where nobody comes: may the customer do it himself, the question to ask him, the film that shows how."""

    suitable: bool
    question: str | None
    video_url: str | None
    steps: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class LinePromise:
    """One line. `covered` is None for goods that need no installation.

    `notes` are what the product's guide says to know before buying, `guide_version` which version of it was shown.
    """

    sku: str
    name: str
    quantity: int
    covered: bool | None
    dealer: str | None
    alliance: bool
    zone: str | None
    lead_days: int | None
    windows: tuple[WindowPromised, ...]
    included: tuple[str, ...]
    remote: RemoteFee | None
    trip: TripFee | None
    self_install: SelfInstall | None
    text: str
    notes: tuple[str, ...] = ()
    guide_version: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The promise as a customer reads it."""

    place: str
    covered: bool
    lines: tuple[LinePromise, ...]
    extras: tuple[Extra, ...]
    silence_confirms: bool
    silence_hours: int
    silence_text: str
    expires_at: datetime
    text: str


def promise(facts: Facts) -> Answer:
    """The answer to the facts; the same facts give the same answer, whenever it is asked."""
    lines = tuple(_line(facts, good) for good in facts.goods)
    covered = all(line.covered is not False for line in lines)
    nobody = facts.engine > 2 and is_for_nobody(lines)
    unsaid = facts.engine > 4 and nobody
    confirms = facts.terms.silence_confirms and not unsaid
    silence = words.silence(SILENCE_HOURS) if confirms else words.NO_SILENCE
    return Answer(
        place=facts.place,
        covered=covered,
        lines=lines,
        extras=() if nobody else _extras(facts),
        silence_confirms=confirms,
        silence_hours=SILENCE_HOURS if confirms else 0,
        silence_text="" if unsaid else silence,
        expires_at=facts.made_at + LIVES,
        text=words.whole(facts.place, covered, [line.text for line in lines], nobody),
    )


def _extras(facts: Facts) -> tuple[Extra, ...]:
    if facts.engine < 3:
        return facts.extras
    return fitting(facts.extras, {good.category for good in facts.goods if good.needs_installation})


def fitting(extras: Sequence[Extra], categories: Collection[str]) -> tuple[Extra, ...]:
    """The extras that work of these categories may need: nobody is told of a toilet's beside a heater."""
    return tuple(
        one for one in extras if not one.categories or not set(one.categories).isdisjoint(categories)
    )


def is_for_nobody(lines: Sequence[LinePromise]) -> bool:
    """Whether nobody comes for any of it: then there is nothing to promise, only advice."""
    return all(line.covered is False for line in lines)


def server_of(facts: Facts, good: Good) -> Server | None:
    """Who comes: the first that dispatch would ask of an order placed now; one without room only if all are full."""
    servers = facts.servers.get(good.category, ())
    seen = [_as_covering(facts, good, server) for server in servers]
    best = dispatch.first(seen)
    if best is None:
        full = [dispatch.unlimited(one) for one in seen if one.capacity_left is not None]
        best = dispatch.first(full)
    return None if best is None else next(one for one in servers if one.dealer_id == best.dealer_id)


def _as_covering(facts: Facts, good: Good, server: Server) -> dispatch.Covering:
    diary, days = server.diary, facts.days
    if facts.engine == 1:
        earliest, in_time, left = None, True, room(diary, days)
    else:
        earliest, in_time = dispatch.room(diary, days, dispatch.asked_days(None, days), good.quantity)
        left = 0 if earliest is None else None
    return dispatch.Covering(
        dealer_id=server.dealer_id,
        zone=server.zone,
        territory_owner=server.territory_owner,
        alliance=server.alliance,
        score=server.score,
        active=server.active,
        capacity_left=left,
        distance_m=server.distance_m,
        refused=False,
        auto_accept=False,
        authorised=server.authorised,
        skilled=server.skilled,
        lacks=server.lacks,
        level=server.level,
        earliest=earliest,
        in_time=in_time,
        recent=server.recent,
        per_day=diary.limits.standing,
    )


def _line(facts: Facts, good: Good) -> LinePromise:
    if not good.needs_installation:
        return _without(good, None, words.NO_INSTALLATION)
    server = server_of(facts, good)
    if server is None:
        own = _self_install(good, facts.engine)
        return _without(good, own, words.uncovered(facts.place, own.advice))
    lead = good.lead_days + facts.days[0].extra_lead_days
    windows = _windows(facts, good, server, lead)
    remote, trip = _remote(facts, good, server), _trip(facts, good, server)
    where = words.zone_of(server.zone, remote.basis, facts.engine)
    told = words.covered(server.name, where, lead, facts.days[0].promotion, windows, remote.text, trip.text)
    return LinePromise(
        good.sku, good.name, good.quantity, True, server.name, server.alliance, server.zone, lead, windows,
        good.included or words.included(good.kind), remote, trip, None, told, good.notes, good.guide_version,
    )  # fmt: skip


def _without(good: Good, own: SelfInstall | None, told: str) -> LinePromise:
    """A line to which nobody comes."""
    covered = None if own is None else False
    return LinePromise(
        good.sku, good.name, good.quantity, covered, None, False, None, None, (), (), None, None, own, told,
        good.notes, good.guide_version,
    )  # fmt: skip


def _windows(facts: Facts, good: Good, server: Server, lead: int) -> tuple[WindowPromised, ...]:
    """The earliest free windows behind the lead days."""
    found: list[WindowPromised] = []
    earliest = facts.days[0].date + timedelta(days=lead)
    for day in free_days(server.diary, facts.days, good.quantity):
        if day >= earliest:
            spans = [
                WindowPromised(part, start.astimezone(UTC), end.astimezone(UTC))
                for part, start, end in windows_of(day)
            ]
            found += [window for window in spans if window.start > facts.made_at]
        if len(found) >= WINDOWS:
            break
    return tuple(found[:WINDOWS])


def _self_install(good: Good, engine: int) -> SelfInstall:
    if good.self_install_allowed and not good.certificates:
        if engine > 2 and not good.video_url and not good.steps:
            return SelfInstall(False, None, None, (), words.NOTHING_TO_FOLLOW)
        if engine > 3 and not good.video_url:
            return SelfInstall(True, words.BY_STEPS, None, good.steps, words.ONLY_IF_ABLE_BY_STEPS)
        return SelfInstall(True, words.QUESTION, good.video_url, good.steps, words.ONLY_IF_ABLE)
    return SelfInstall(False, None, None, (), words.not_by_oneself(good.certificates))


def _remote(facts: Facts, good: Good, server: Server) -> RemoteFee:
    zone = Zone(server.zone)
    if facts.rule is None:
        return RemoteFee("none", None, words.NO_REMOTE)
    rate = facts.rule.remote_rate(good.category, zone, server.free_m, server.per_km_fen)
    if rate is None:
        return RemoteFee("none", None, words.NO_REMOTE)
    by_road = rate.distance == ROAD and facts.engine > 1
    if by_road or server.distance_m is None:
        return RemoteFee("by_distance", None, words.by_distance(rate, by_road, facts.engine))
    own = (server.free_m, server.per_km_fen)
    try:
        part = facts.rule.remote_part(good.category, zone, server.distance_m, None, *own, as_ruled=True)
    except RemoteFeeNotAgreed:
        return RemoteFee("negotiated", None, words.negotiated(server.distance_m, rate))
    if part is None:
        return RemoteFee("free", 0, words.within(server.distance_m, rate))
    return RemoteFee("by_km", part.amount_fen, words.paid_on_site(part.text, facts.engine))


def _trip(facts: Facts, good: Good, server: Server) -> TripFee:
    base = _base(facts, good, server) if facts.terms.trip_fee_shown else None
    if base is None or facts.rule is None:
        return TripFee(None, words.NO_TRIP)
    fen = share_of(base.amount_fen * good.quantity, facts.rule.trip_bp)
    return TripFee(fen, words.trip(yuan(fen)))


def _base(facts: Facts, good: Good, server: Server) -> Part | None:
    try:
        assert facts.rule is not None
        return facts.rule.base_part(
            Kind(good.kind), good.category, Zone(server.zone), Scheme(facts.terms.scheme)
        )
    except (NoFee, AssertionError):
        return None
