"""What a sale online leaves and for whom: slow, plain, from the rules' text, sharing nothing with the product.

Where the text leaves something open, this is the reading that was chosen:

* A line is shared by the terms in force on the day it was ordered, in Shanghai; of two of one day, by the later.
* Revenue is what was paid less what was given back, net of the tax in it, rounded once. The operator keeps its rate,
  and of the rest what is not the dealer's: one part, rounded once; what is left is the dealer's.
* What the line itself cost comes before what its SKU costs; of those the latest day up to the order's; of one day what
  was told last. 0 is a cost, nothing told is none.
* The service is what the line's installation and its second visits took from who runs the shop: base, way, trips,
  promotion days. Bonuses and penalties, repairs and what others paid are no cost of this sale.
* The dealer of the territory is the one who owned the place at the last check-in. Its own refusal of the offer, or its
  silence, leaves the share to who did the work; so does a place that nobody owns. Taken away from it, the share stays.
* `dealer_ships` gives the sale as it was paid, with its tax, less the operator's rate, to who did the work.
* Below the floor a line is reckoned as if it had been sold at it, for the part of its price that was not given back.
  A SKU that one channel alone may sell is shared on every other.
* It is posted in the month in which it is first reckoned whole; what changes later in the month in which that is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.oracles.fees import SHANGHAI, Line, Story, ended, last_dealer, nearest, operator, trips

COSTS = ("goods", "channel", "logistics", "operating")
SERVICE = ("base_fee", "remote_fee", "trip_fee", "promotion")


@dataclass
class ShareTerms:
    """For what is ordered from a day on; rates in basis points."""

    since: date
    operator_bp: int = 500
    dealer_bp: int = 10_000
    tax_bp: int = 1_300
    ships_bp: int = 500
    refund_days: int = 15


@dataclass
class Cost:
    """Fen of a kind: of a piece of an SKU ordered from a day on, or of a line. `late`: told after the first look."""

    kind: str
    fen: int
    sku: str | None = None
    line: int | None = None
    since: date | None = None
    late: bool = False


@dataclass
class Guard:
    """The least a piece may be sold for from a day on, and the one channel that may sell it."""

    sku: str
    since: date
    floor: int | None
    channel: int | None


@dataclass
class Owner:
    """Whose territory the place is for a category, from an instant until another one."""

    dealer: int
    category: str
    since: datetime
    until: datetime | None
    city: bool = False  # of the whole city, where no district of it has its own


@dataclass
class Sale:
    """An order line with its installation. `back`: fen given back by each look; `declined`: its territory's owner did
    not want the job."""

    story: Story
    channel: int
    paid: int | None
    back: list[int]
    ordered: datetime
    delivered: datetime | None
    declined: bool = False

    @property
    def day(self) -> date:
        """Of the order."""
        return self.ordered.astimezone(SHANGHAI).date()


@dataclass
class Market:
    """Everything that sales are reckoned by."""

    terms: list[ShareTerms] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    owners: list[Owner] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)


def terms_on(market: Market, day: date) -> ShareTerms:
    """Those in force on a day."""
    found = ShareTerms(date.min)
    for terms in market.terms:
        if found.since <= terms.since <= day:
            found = terms
    return found


def cost_of(market: Market, sale: Sale, kind: str, late: bool) -> int | None:
    """Fen of this kind for the whole line, as far as it was told."""
    told = [cost for cost in market.costs if cost.kind == kind and (late or not cost.late)]
    own = [cost for cost in told if cost.line == sale.story.id]
    if own:
        return own[-1].fen
    found: Cost | None = None
    for cost in (cost for cost in told if cost.sku == sale.story.category):
        if (
            cost.since
            and cost.since <= sale.day
            and (not found or not found.since or found.since <= cost.since)
        ):
            found = cost
    return None if found is None else found.fen * sale.story.units


def guard_of(market: Market, sale: Sale) -> Guard | None:
    """The one in force when it was ordered."""
    found = None
    for guard in (guard for guard in market.guards if guard.sku == sale.story.category):
        if guard.since <= sale.day and (found is None or found.since <= guard.since):
            found = guard
    return found


def owner_of(market: Market, sale: Sale) -> int | None:
    """Who owned the place when the work was done."""
    at = trips(sale.story)[-1].at
    for owner in sorted(market.owners, key=lambda one: one.city):
        if (
            owner.category == sale.story.category
            and owner.since <= at
            and (owner.until is None or at < owner.until)
        ):
            return owner.dealer
    return None


def service_of(sale: Sale, family: set[int], lines: Sequence[Line]) -> int:
    """What the work took from who runs the shop."""
    shop = operator(sale.story)
    return sum(
        line.fen for line in lines if line.job in family and line.kind in SERVICE and line.debit == shop
    )


def due(market: Market, sale: Sale) -> datetime:
    """When nobody gives it back any more."""
    days = terms_on(market, sale.day).refund_days
    return (sale.delivered or ended(sale.story)) + timedelta(days=days)


def reckoned(market: Market, sale: Sale, service: int, look: int) -> Line | list[str]:
    """What goes to whom (perhaps nothing), or what nobody has told by this look, the first being 0."""
    story, terms, guard = sale.story, terms_on(market, sale.day), guard_of(market, sale)
    server = last_dealer(story)
    shop = operator(story) if story.operator is not None else "profit_share_expense"
    elsewhere = guard is not None and guard.channel not in (None, sale.channel)
    nothing = Line(story.id, "profit_share", shop, f"dealer_payable:{server}", 0)
    if story.scheme == "exclusive" and not elsewhere:
        return nothing
    late = look > 0
    told = cost_of(market, sale, "revenue", late)
    paid = sale.paid if told is None else told
    back = sale.back[look]
    missing = [
        kind for kind in COSTS if story.scheme != "dealer_ships" and cost_of(market, sale, kind, late) is None
    ]
    if paid is None:
        missing.insert(0, "revenue")
    if missing or paid is None:
        return missing
    if back >= paid:
        return nothing
    left = paid - back
    if guard is not None and guard.floor is not None and paid < guard.floor * story.units:
        left = nearest(Fraction(guard.floor * story.units * left, paid))
    if story.scheme == "dealer_ships":
        fen = left - nearest(Fraction(left * terms.ships_bp, 10_000))
        payer = "customer_clearing" if story.operator is None else shop
        return Line(story.id, "dealer_ships", payer, f"dealer_payable:{server}", fen)
    profit = nearest(Fraction(left * 10_000, 10_000 + terms.tax_bp)) - service
    profit -= sum(cost_of(market, sale, kind, late) or 0 for kind in COSTS)
    if profit <= 0:
        return nothing
    theirs = Fraction(10_000 - terms.operator_bp, 10_000) * Fraction(terms.dealer_bp, 10_000)
    owner = owner_of(market, sale)
    whose = server if owner is None or sale.declined else owner
    fen = profit - nearest(profit * (1 - theirs))
    return Line(story.id, "profit_share", shop, f"dealer_payable:{whose}", fen)


def shares(
    market: Market, lines: Sequence[Line], stories: Sequence[Story], looks: Sequence[datetime]
) -> tuple[list[tuple[datetime, Line]], dict[int, list[str]]]:
    """What each look moved, and which lines wait for what after the last. What changes comes between them."""
    moved: list[tuple[datetime, Line]] = []
    held: dict[int, list[str]] = {}
    for sale in market.sales:
        story = sale.story
        if story.events[-1].what != "close":
            continue
        seconds = {one.id for one in stories if one.kind == "second_visit" and one.parent == story.id}
        service, before = service_of(sale, {story.id, *seconds}, lines), None
        for number, at in enumerate(looks):
            if due(market, sale) > at:
                continue
            found = reckoned(market, sale, service, number)
            if isinstance(found, list):
                held[story.id] = found
                continue
            held.pop(story.id, None)
            if before is not None and before.fen and before != found:
                moved.append((at, before._replace(fen=-before.fen)))
            if found.fen and found != before:
                moved.append((at, found))
            before = found
    return moved, held
