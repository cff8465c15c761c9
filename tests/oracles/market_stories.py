"""Random sales online and a random year of the alliance around a month of jobs."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from tests.oracles.fee_stories import CATEGORIES, DEALERS, FIRST, MEMBERS, Month, channel_of
from tests.oracles.fees import SHANGHAI, Story, last_dealer
from tests.oracles.shares import COSTS, Cost, Guard, Market, Owner, Sale, ShareTerms, owner_of
from tests.oracles.years import Alliance, Cut, Declared, Member, YearTerms

PAID = datetime(2027, 2, 10, 3, tzinfo=UTC)  # when the year is paid
AGREED = [(1, date(2025, 1, 1)), (2, date(2026, 7, 1))]
TIERS = [[(1, 50)], [(50_000_000, 100), (100_000_000, 200)], [(30_000_000, 75), (80_000_000, 123)]]


def trade(dice: random.Random, month: Month) -> None:
    """What was sold for how much, what it cost, by whose rules and in whose territory."""
    market = month.market
    for day in (date(2026, 1, 1), date(2026, 3, 9), date(2026, 3, 9)):
        rates = dice.choice((300, 500, 437)), dice.choice((10_000, 9_500, 9_000))
        taxes = dice.choice((1_300, 600)), dice.choice((500, 800)), dice.choice((25, 30, 40))
        market.terms.append(ShareTerms(day, *rates, *taxes))
    for category in CATEGORIES:
        for kind in COSTS:
            for day in (date(2026, 2, 1), date(2026, 3, 14)):
                if (category, kind, day.month) == ("lamp", "operating", 2):
                    continue  # what was ordered before is never told, unless the line's own is
                fen = dice.randrange(0, 40_000 if kind == "goods" else 6_000)
                late = category == "lamp" and kind in ("logistics", "operating")
                market.costs.append(
                    Cost(kind, fen, sku=category, since=day, late=late or dice.random() < 0.1)
                )
    channel = dice.choice((1, 3, 4))
    market.guards = [
        Guard("toilet", date(2026, 3, 12), 90_000, None),
        Guard("hood", date(2026, 3, 12), dice.choice((None, 80_000)), channel),
    ]
    _territories(dice, market)
    for story in month.stories:
        if story.parent is None:
            _sell(dice, market, story)
    schemes = {story.id: story.scheme for story in month.stories}
    for story in month.stories:
        story.scheme = schemes[story.parent or story.id]


def _territories(dice: random.Random, market: Market) -> None:
    """A lamp's is nobody's; a hood's first the city's owner's, then the district's; a toilet's goes to another."""
    turn = FIRST + timedelta(days=14)
    one, two, three, four, five = (dice.randrange(1, DEALERS + 1) for _ in range(5))
    market.owners = [
        Owner(one, "heater", FIRST - timedelta(days=90), None),
        Owner(two, "hood", turn, None),
        Owner(three, "hood", FIRST - timedelta(days=90), None, city=True),
        Owner(four, "toilet", FIRST - timedelta(days=90), turn),
        Owner(five, "toilet", turn, None),
    ]


def _sell(dice: random.Random, market: Market, story: Story) -> None:
    ordered = story.events[0].at - timedelta(hours=dice.randrange(2, 90))
    paid = story.units * dice.randrange(40_000, 160_000)
    sale = Sale(story, channel_of(story), paid, _given_back(dice, paid), ordered, None)
    if dice.random() < 0.85:
        sale.delivered = ordered + timedelta(hours=dice.randrange(24, 100))
    if dice.random() < 0.05:
        sale.paid, sale.back = None, [0, 0, 0]
    for kind in (*COSTS, "revenue"):
        if dice.random() < (0.1 if kind != "revenue" else 0.03) or (sale.paid is None and kind == "revenue"):
            fen = paid if kind == "revenue" else dice.choice((0, dice.randrange(20_000)))
            market.costs.append(Cost(kind, fen, line=story.id, late=dice.random() < 0.4))
    guard = next((one for one in market.guards if one.channel and one.sku == story.category), None)
    if guard is not None and sale.channel == guard.channel and guard.since <= sale.day:
        story.scheme = "exclusive"
    market.sales.append(sale)
    if story.events[-1].what == "close":
        owner = owner_of(market, sale)
        sale.declined = owner not in (None, last_dealer(story)) and dice.random() < 0.4


def _given_back(dice: random.Random, paid: int) -> list[int]:
    """By each look, a part or the whole."""
    back, found = 0, []
    for often in (0.15, 0.15, 0.1):
        if dice.random() < often:
            back = dice.choice((paid, dice.randrange(back, paid + 1)))
        found.append(back)
    return found


def unite(dice: random.Random, month: Month) -> None:
    """Who is in the alliance, what was declared, cut and appealed; and what the year's terms are."""
    terms = YearTerms(2025, tiers=[(1, 9_999)])
    month.alliance = Alliance([terms, _terms(dice)], AGREED if dice.random() < 0.7 else AGREED[:1])
    many = max(MEMBERS, len(month.stories) // 10)
    month.alliance.members = [_member(dice, number, month.alliance) for number in range(1, many + 1)]


def _terms(dice: random.Random) -> YearTerms:
    terms = YearTerms(
        2026, dice.choice((150, 150, 137)), dice.randrange(1_000, 6_000, 500), dice.randrange(1, 5)
    )
    terms.tiers, terms.by_slice = dice.choice(TIERS), dice.random() < 0.5
    terms.after_days = (
        40 if dice.random() < 0.9 else 41
    )  # of 10 February, the fortieth day is the last that pays
    return terms


def _member(dice: random.Random, dealer: int, alliance: Alliance) -> Member:
    member = Member(dealer)
    if dice.random() < 0.8:
        _join(dice, member, alliance)
    if dice.random() < 0.9:
        for market in dice.sample(("370602", "370611", "370600"), dice.choice((1, 1, 2, 3))):
            fen = dice.choice((0, 100_000_000, dice.randrange(200_000_000)))
            told = Declared(market, fen, dice.choice((fen, fen, fen * 9 // 10)))
            if dice.random() < 0.08:
                told.verified, told.sent_back = None, dice.random() < 0.4
            member.declared.append(told)
    while dice.random() < 0.25:
        at = PAID - timedelta(days=dice.choice((3, 8, 100, 200)))
        cut = Cut(dice.randrange(1_000, 900_000), at, dice.choice((None, None, "open", "declined", "won")))
        member.cuts.append(cut)
    return member


def _join(dice: random.Random, member: Member, alliance: Alliance) -> None:
    """One stay or two, most often with the signatures that belong to it."""
    joined = date(2025, 3, 1) + timedelta(days=dice.choice((0, dice.randrange(660))))
    left = joined + timedelta(days=dice.randrange(20, 500)) if dice.random() < 0.3 else None
    member.stays.append((joined, left))
    if left is not None and left < date(2026, 9, 1) and dice.random() < 0.5:
        member.stays.append((left + timedelta(days=dice.randrange(10, 100)), None))
    for since, last in member.stays:
        for version, begins in alliance.agreements:
            ended = alliance.agreements[version][1] if version < len(alliance.agreements) else date.max
            if since >= ended or (last is not None and last < begins) or dice.random() < 0.1:
                continue
            day = max(since, begins - timedelta(days=dice.randrange(0, 20)))
            at = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
            member.signed.append((version, at if at < PAID else PAID))
