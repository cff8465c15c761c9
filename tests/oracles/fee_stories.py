"""Random months of jobs as lists of events: what may befall a job between its order and its end.

Dealers give back, customers are absent, agents cancel at every stage, neighbours share a visit, rules change in
mid-month. The same seed makes the same month.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.oracles.fees import Clock, Complaint, Event, Extra, Story, Taken, Terms
from tests.oracles.shares import Market
from tests.oracles.years import Alliance

CATEGORIES = ("heater", "hood", "toilet", "lamp")
ZONES = ("free", "remote")
DEALERS, CHANNELS = 12, 9
MEMBERS = 60  # dealers of a year at least, a tenth of the jobs at most; those above the twelfth only declare
SCHEMES = ("share", "dealer_ships", "exclusive")
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
AFTERWARDS = datetime(2026, 5, 1, tzinfo=UTC)  # when all fees are paid, and what is said late is said
# at what was sold: once, after something changed, and after the year was paid
LOOKS = (AFTERWARDS, datetime(2026, 6, 10, tzinfo=UTC), datetime(2027, 3, 10, tzinfo=UTC))
CLOCKS = ("accept", "contact", "book", "arrive", "finish", "supplement", "urge_reply")
FAULTS = ("dealer", "goods", "logistics", "brand", "customer")
COMPLAINTS = ("charge", "lateness", "workmanship", "attitude", "damage")
ABORTED = ("customer", "goods", "dealer")  # what an aborted visit may be blamed on by the reason given


@dataclass
class Month:
    """Rules and the jobs that they price. Visits name their dealer."""

    rules: list[tuple[datetime, dict[str, Any]]]
    stories: list[Story] = field(default_factory=list)
    visits: dict[int, int] = field(default_factory=dict)
    promotions: dict[date, str] = field(default_factory=dict)
    market: Market = field(default_factory=Market)
    alliance: Alliance = field(default_factory=Alliance)


def operator_of(channel: int) -> int | None:
    """Every third shop is a dealer's, one of those who serve."""
    return channel if channel % 3 == 0 else None


def channel_of(story: Story) -> int:
    """The shop of the order: the operator's own, or one of the brand's."""
    line = story.parent or story.id
    return story.operator if story.operator is not None else 1 + 3 * (line % (CHANNELS // 3))


def rule(dice: random.Random, day: str) -> dict[str, Any]:
    """One version, with rows of every exactness."""
    base: list[dict[str, Any]] = []
    for category in CATEGORIES:
        for zone in ZONES:
            rows: list[dict[str, Any]] = [{}]
            rows += [{"scheme": scheme} for scheme in SCHEMES[1:] if dice.random() < 0.3]
            rows += [{"kind": kind} for kind in ("second_visit", "repair") if dice.random() < 0.3]
            if dice.random() < 0.2:
                rows.append({"scheme": dice.choice(SCHEMES[1:]), "kind": "second_visit"})
            fens = {"category": category, "zone": zone}
            base += [fens | row | {"fen": dice.randrange(3_000, 20_000)} for row in rows]
    remote = [remote_row(dice, zone, "*") for zone in ZONES]
    remote += [remote_row(dice, dice.choice(ZONES), "hood")] if dice.random() < 0.7 else []
    timeliness = [
        {"clock": clock, "level": level, "fen": dice.randrange(100, 6_000)}
        for clock in ("accept", "contact", "book", "arrive", "finish", "supplement", "urge_reply")
        for level in ("met", "breach", "severe")
        if dice.random() < 0.7
    ]
    return {
        "effective_from": day,
        "categories": [{"code": code, "name": code} for code in CATEGORIES],
        "base": base,
        "remote": remote,
        "timeliness": timeliness,
        "exclusive_markup_bp": dice.choice((1_000, 1_000, 750, 1_234)),
        "trip_bp": dice.choice((5_000, 4_321, 3_333)),
        "overcharge_times": dice.choice((2, 2, 3)),
    } | quality(dice)


def quality(dice: random.Random) -> dict[str, Any]:
    """What good and bad work is worth; a version may say nothing of it."""
    if dice.random() < 0.2:
        return {}
    about = [{}, {"about": "charge"}, {"about": "attitude"}]
    category = [{}, {"category": "hood"}]
    return {
        "rating": [{"overall": stars, "fen": dice.randrange(100, 900)} for stars in (4, 5)],
        "first_time_fen": dice.choice((0, 300, 777, 777)),
        "complaints": [row | {"fen": dice.randrange(500, 9_000)} for row in about if dice.random() < 0.7],
        "promotion": [row | {"fen": dice.randrange(500, 3_000)} for row in category if dice.random() < 0.7],
    }


def remote_row(dice: random.Random, zone: str, category: str) -> dict[str, Any]:
    """Free metres, a rate, and perhaps what else may stand there."""
    row: dict[str, Any] = {
        "zone": zone,
        "category": category,
        "free_m": dice.choice((0, 10_000, 15_000, 20_000)),
        "per_km_fen": dice.choice((150, 200, 137)),
    }
    if dice.random() < 0.5:
        row["cap_fen"] = dice.choice((3_000, 8_000, 12_000))
    if dice.random() < 0.3:
        row["negotiated_beyond_m"] = dice.choice((40_000, 60_000))
    if dice.random() < 0.5:
        row |= {"km_step_m": dice.choice((100, 500, 1_000))}
        row |= {"km_rounding": dice.choice(("half_up", "up", "down"))}
    if dice.random() < 0.5:
        row |= {"flat_within_m": dice.choice((5_000, 25_000)), "flat_fen": 2_000}
    if dice.random() < 0.3:
        row["least_fen"] = dice.choice((1_000, 2_000))
    return row


class Maker:
    """Draws one month."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        days = ("2026-01-01", "2026-03-11", "2026-03-19")
        since = [datetime.fromisoformat(f"{day}T00:00:00+08:00") for day in days]
        rules = [rule(self.dice, day) for day in days]
        self.month = Month(list(zip(since, rules, strict=True)))
        self.month.promotions = {date(2026, 3, day): "开春大促" for day in (8, 9, 18, 19, 20)}
        self.extras = self.complaints = self.takings = 0

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.dice.random() < share

    def make(self, jobs: int) -> Month:
        """A month of so many jobs, neighbours together."""
        while len(self.month.stories) < jobs:
            size = 1 if self.chance(0.75) else self.dice.randrange(2, 5)
            self.neighbours(min(size, jobs - len(self.month.stories)))
        return self.month

    def neighbours(self, size: int) -> None:
        """Jobs of one door; those who are visited by the same dealer first are visited at once."""
        at = FIRST + timedelta(minutes=self.dice.randrange(28 * 24 * 60))
        dealer = self.dice.randrange(1, DEALERS + 1)
        terms, together = self.terms(), self.visit(dealer)
        came = at + timedelta(hours=self.dice.randrange(20, 60))
        for _ in range(size):
            story = self.story()
            self.month.stories.append(story)
            mine = terms if self.chance(0.5) else self.terms()
            self.live(story, at, dealer, mine, (came, together))
            self.voices(story)
            self.opinions(story)
            story.fraud = served_by(story) is not None and not story.overturned and self.chance(0.03)
            story.back_late = (story.fraud or story.overturned) and self.chance(0.5)

    def visit(self, dealer: int) -> int:
        """A trip of this dealer."""
        number = len(self.month.visits) + 1
        self.month.visits[number] = dealer
        return number

    def terms(self) -> Terms:
        """By what a dealer takes a job."""
        dice = self.dice
        far = dice.choice((dice.randrange(50_000), dice.randrange(100_000), 20_000, 10_050))
        terms = Terms(dice.choice(ZONES), far if self.chance(0.95) else None)
        if terms.distance_m is not None or self.chance(0.5):
            terms.agreed_fen = dice.randrange(5_000, 30_000)
        if self.chance(0.3):
            terms.free_m, terms.per_km_fen = dice.choice(((5_000, None), (None, 250), (12_345, 199)))
        return terms

    def story(self) -> Story:
        """An order line's job: whose shop, what, how many, what the promise said of the way and a trip in vain."""
        dice, number = self.dice, len(self.month.stories) + 1
        kinds = ("install",) * 12 + ("deliver_install",) * 2 + ("second_visit",) * 2 + ("repair",)
        story = Story(
            number, dice.choice(kinds), dice.choice(CATEGORIES), dice.choice((1, 1, 1, 2, 3)), "", None
        )
        story.operator = operator_of(self.channel(story))
        story.scheme = dice.choice(SCHEMES)
        if self.chance(0.4):
            story.remote_payer = "customer"
            story.promised_remote_fen = dice.choice((None, 0, 680, 5_000, 10_000))
        story.trip_by_customer = self.chance(0.4)
        finished = [one for one in self.month.stories if one.kind == "install" and served_by(one)]
        if story.kind == "second_visit" and finished:
            parent = dice.choice(finished)
            story.parent, story.first_dealer = parent.id, served_by(parent)
            story.category, story.scheme, story.operator = parent.category, parent.scheme, parent.operator
            story.fault = dice.choice(FAULTS)
            alone = not parent.fraud and parent.id not in {one.parent for one in self.month.stories}
            story.overturned = alone and story.fault == "dealer" and self.chance(0.3)
        elif story.kind == "repair" and finished:
            self.repair(story, dice.choice(finished))
        elif story.kind in ("second_visit", "repair"):
            story.kind = "install"
        return story

    def repair(self, story: Story, installed: Story) -> None:
        """Of what was installed: at the brand's cost, the dealer's whose work it was, or as quoted to the customer."""
        story.parent, story.category = installed.id, installed.category
        story.scheme, story.operator = installed.scheme, installed.operator
        story.remote_payer, story.promised_remote_fen, story.trip_by_customer = "operator", None, False
        story.mended_by = self.dice.choice(("brand", "dealer", "customer"))
        if story.mended_by == "dealer":
            story.fault, story.first_dealer = "dealer", served_by(installed)
        elif story.mended_by == "customer":
            story.remote_payer, story.promised_remote_fen = (
                "customer",
                self.dice.choice((None, 0, 680, 5_000)),
            )

    def channel(self, story: Story) -> int:
        """A shop by the job's number."""
        return 1 + story.id % CHANNELS

    def live(
        self, story: Story, at: datetime, dealer: int, terms: Terms, first: tuple[datetime, int]
    ) -> None:
        """Accepted, perhaps given to another, visited in vain, done or cancelled."""
        now = at + timedelta(hours=1)
        if story.first_dealer and story.fault == "dealer" and self.chance(0.5):
            dealer, first = story.first_dealer or dealer, (first[0], 0)
        if self.chance(0.04):
            story.events.append(Event(now, "cancel"))
            return
        story.events.append(Event(now, "accept", dealer=dealer, terms=terms))
        tries = 0
        while True:
            now += timedelta(hours=self.dice.randrange(2, 8))
            if self.chance(0.05):
                story.events.append(Event(now, "cancel", fault=self.said()))
                return
            if self.chance(0.08):
                story.events.append(Event(now, "redispatch"))
                dealer, first = self.dice.randrange(1, DEALERS + 1), (now, 0)
                now += timedelta(hours=1)
                story.events.append(Event(now, "accept", dealer=dealer, terms=self.terms()))
                continue
            came, visit = (max(first[0], now), first[1]) if tries == 0 and first[1] else (now, 0)
            tries += 1
            now = came
            story.events.append(Event(now, "check_in", visit=visit or self.visit(dealer)))
            if self.on_site(story, now):
                return
            now = story.events[-1].at

    def said(self) -> str | None:
        """Whose fault the agent says it was; without a word it is the customer's."""
        return self.dice.choice((None, *FAULTS))

    def on_site(self, story: Story, now: datetime) -> bool:
        """What comes of a check-in; true when nothing comes after it."""
        now += timedelta(minutes=self.dice.randrange(20, 90))
        if self.chance(0.12):
            story.events.append(Event(now, "abort_visit", fault=self.dice.choice(ABORTED)))
            if self.chance(0.5):
                story.events.append(Event(now, "cancel", fault="same"))
            return story.events[-1].what == "cancel"
        if self.chance(0.05):
            story.events.append(Event(now, "suspend"))
            if self.chance(0.3):
                story.events.append(Event(now + timedelta(hours=5), "cancel", fault=self.said()))
            return story.events[-1].what == "cancel"
        self.sell(story, now)
        story.events.append(Event(now, "submit"))
        now += timedelta(hours=self.dice.randrange(1, 48))
        if self.chance(0.05):
            story.events.append(Event(now, "cancel", fault=self.said()))
            return True
        story.events.append(Event(now, "confirm"))
        story.events.append(Event(now + timedelta(days=7, minutes=5), "close"))
        return True

    def sell(self, story: Story, now: datetime) -> None:
        """Extras on the spot, in every state."""
        while self.chance(0.3):
            self.extras += 1
            status = self.dice.choice(("approved",) * 4 + ("refused", "withdrawn", "lapsed"))
            who = self.dice.choice(("brand", "dealer", "installer"))
            extra = Extra(
                self.extras, self.dice.randrange(1, 6), 5_000, who, status, status == "approved", now
            )
            extra.at -= timedelta(minutes=5)
            story.extras.append(extra)
        if story.remote_payer == "customer" and self.chance(0.5):
            self.extras += 1
            fen, who = story.promised_remote_fen or 2_000, self.dice.choice(("brand", "dealer"))
            story.extras.append(Extra(self.extras, 1, fen, who, "approved", True, now, way=True))

    def voices(self, story: Story) -> None:
        """Clocks of every dealer who had the job, and of others."""
        for event in story.events:
            if event.what != "accept":
                continue
            for kind in CLOCKS:
                if self.chance(0.6):
                    story.clocks.append(self.clock(kind, event.dealer))

    def opinions(self, story: Story) -> None:
        """The customer's stars, and what he complained of at some time."""
        if story.events[-1].what == "close" and self.chance(0.6):
            story.stars = self.dice.randrange(1, 6)
        while self.chance(0.15):
            self.complaints += 1
            at = self.dice.choice(story.events).at + timedelta(minutes=self.dice.randrange(-90, 90))
            what, whose = self.dice.choice(COMPLAINTS), self.dice.choice((None, "dealer", *FAULTS))
            story.complaints.append(Complaint(self.complaints, at, what, self.chance(0.6), whose))
        story.said_late = self.chance(0.2)
        dealers = [event.dealer for event in story.events if event.what == "accept"]
        while dealers and self.chance(0.1):
            self.takings += 1
            taken = Taken(self.takings, self.dice.randrange(100, 50_000), "", self.dice.choice(dealers))
            taken.fault = self.dice.choice(("dealer", "dealer", "brand", "operator"))
            taken.appeal = self.dice.choice((None, None, "open", "declined", "won"))
            story.taken.append(taken)

    def clock(self, kind: str, dealer: int) -> Clock:
        """Met, late, very late; excused, appealed, told late; or nobody's money."""
        family = self.dice.choice(("dealer",) * 6 + ("platform",))
        owner = "dealer" if self.chance(0.95) else self.dice.choice(("agent", "brand"))
        clock = Clock(kind, family, owner, dealer, self.dice.choice((0, 0, 0, 1, 2, 2, 3)))
        if clock.level < 2:
            clock.stopped = self.chance(0.9)
        elif self.chance(0.2):
            clock.excused = True
        elif self.chance(0.1):
            clock.withdrawn = True
        elif self.chance(0.2):
            clock.appeal = self.dice.choice(("open", "declined"))
        return clock


def served_by(story: Story) -> int | None:
    """Who did the work, if it was done."""
    if story.events[-1].what != "close":
        return None
    return next(event.dealer for event in reversed(story.events) if event.what == "accept")
