"""What a job pays, read off its list of events: slow, plain, by somebody who knew the rules' text and not the product.

It shares nothing with the product's money: no import, no table, no rounding of its. Plain data goes in (what happened,
which clocks ran out, what was charged, the rules as their JSON), lines of (job, kind, debited, credited, fen) come out.

Where the text leaves something open, this is the reading that was chosen, where possible the one that was seen:

* A job has one day, its last check-in, else its end: that day's rule prices the work and every clock. A trip in vain
  has its own. The money moves in the month, in Shanghai, in which the job ended.
* A base row naming scheme and kind of work beats one naming the scheme, that one naming the kind, that one naming
  neither, which is `share`. `exclusive` without a row is the normal fee of a unit plus the markup, rounded per unit.
* The way is rounded to the rule's step before the free part is taken off and before it is asked whether it must be
  negotiated. A serving dealer's own radius and rate, as offered, replace the rule's. What was negotiated is also paid
  where nobody measured the way; within the rule's reach the rule decides.
* A trip fee is the rate of all units' base, rounded once, and the whole way: "50 % of base + remote". After submit the
  whole base is a base fee. By whose fault: the dealer's own pays nothing; the customer pays a trip in vain only if the
  promise said so, and of the way what was shown at most; all else the brand, in a dealer's shop, too.
* Suspended on site and done later pays no trip; suspended and then cancelled does.
* A visit has one way, the dearest of those that somebody pays, of equals the smaller job's; with it goes its payer.
* A second visit by the dealer's fault is charged to the first dealer, with trips by others' fault; it pays no bonus
  when he makes it himself; a verdict taken back on appeal makes it the brand's. By the customer's fault the brand pays
  it, the way by promise.
* What the customer pays of the way for finished work is a charge, like an extra, and no line beside it.
* A bonus is for the dealer who finished, one per kind of clock, by his last turn. An earlier dealer's clocks cost him
  still. Without a price of its own, severe costs what a breach costs. An open appeal holds the penalty back.
* Proven fraud forfeits the base and every reward for the work, not the way.
* Stars are rewarded when the work was finished. It was done the first time if the dealer who finished needed one visit,
  not counting those in vain by others' fault, and nothing had to be mended by the dealer's fault (a verdict taken back
  counts for nothing). A second visit is never the first time; who mends his own work earns nothing.
* A complaint that is upheld costs the dealer who had the job when it was opened, unless the fault is said to be
  another's; whatever becomes of the job. Its category's price goes before the one for any.
* A promotion day is paid per unit for work handed in that was visited on it, in Shanghai, by who pays for the work.
* What is said of a job after its fees were paid moves in the month in which it is said. So does what a verdict changes
  that is found wrong then; in the end all is as if it had never been.
* A repair is paid by the brand, by the dealer whose work it was (as a second visit by his fault), or at the door by the
  customer, of the way what was quoted; what others' fault ended, also after submit, is the brand's.
* What a platform took from a shop the dealer at fault pays to who runs it, in the month after it was laid on him at the
  earliest, not while his appeal is open and never once he has won it; the brand at fault at once. The operator's own
  fault, also as the dealer who did the work, moves nothing.
* A fixed sum covers the first kilometres beyond the free ones; farther, all beyond the free ones are counted. What a
  zone takes at least, it takes within the free ones, too.

What goes back to customers is in refunds.py, the profit share in shares.py, the alliance's year in years.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
Rules = list[tuple[datetime, dict[str, Any]]]


class Line(NamedTuple):
    """So many fen from one account to another, for a job (0: none); `kind` as the ledger calls it.

    `late`: in the month in which it was said, and not in the one in which the job ended.
    """

    job: int
    kind: str
    debit: str
    credit: str
    fen: int
    late: bool = False


@dataclass
class Terms:
    """What was agreed with a dealer when it took the job: zone, way, a price beyond the formula, radius and rate."""

    zone: str
    distance_m: int | None
    agreed_fen: int | None = None
    free_m: int | None = None
    per_km_fen: int | None = None


@dataclass
class Event:
    """`what`: accept, check_in, abort_visit, suspend, redispatch, submit, confirm, close, cancel."""

    at: datetime
    what: str
    dealer: int = 0
    visit: int = 0
    fault: str | None = None
    terms: Terms | None = None


@dataclass
class Clock:
    """A clock of the job. `level`: 2 breach, 3 severe. `appeal`: None, open, declined."""

    kind: str
    family: str
    owner: str
    dealer: int
    level: int
    stopped: bool = True
    excused: bool = False
    withdrawn: bool = False
    appeal: str | None = None


@dataclass
class Quarrel:
    """The customer disputes what he paid. `how`: an agent says stands, refunded or overcharged; the dealer conceded; it
    contested and the agents were silent, or nobody ever spoke (silent). `fen`: as the agent said."""

    how: str
    fen: int = 0
    shown: bool = False  # by the promise, at this price


@dataclass
class Extra:
    """A catalogue item × quantity, or the customer's part of the way. Only agreed and paid ones move money."""

    id: int
    quantity: int
    unit_fen: int
    collected_by: str
    status: str
    settled: bool
    at: datetime
    way: bool = False
    quarrel: Quarrel | None = None


@dataclass
class Complaint:
    """Somebody complained and an agent ruled. `fault`: whose it was, where that was said.

    `overcharged` was taken beside the price list, `agreed` is what the customer gets; either is said after the fees.
    """

    id: int
    at: datetime
    category: str
    upheld: bool
    fault: str | None = None
    overcharged: int | None = None
    agreed: int | None = None

    @property
    def said_late(self) -> bool:
        """Whether an agent settled it with money."""
        return self.overcharged is not None or self.agreed is not None


@dataclass
class Taken:
    """What the platform took from the shop for a job, whose fault it was, and what became of an appeal."""

    id: int
    fen: int
    fault: str
    dealer: int
    appeal: str | None = None


@dataclass
class Story:
    """One job, from its order to its end."""

    id: int
    kind: str
    category: str
    units: int
    scheme: str
    operator: int | None
    remote_payer: str = "operator"
    promised_remote_fen: int | None = None
    trip_by_customer: bool = False
    fault: str | None = None
    first_dealer: int | None = None  # of a second visit: who did the work that is mended
    parent: int | None = None
    fraud: bool = False  # proven, of finished work
    overturned: bool = False  # of a second visit: the verdict that asked for it was taken back on appeal
    back_late: bool = False  # either was found out to be wrong only after the fees were paid
    mended_by: str | None = None  # of a repair: who pays it, brand, dealer (`first_dealer`) or customer
    ruling: int | None = None  # over the way: what the customer was ruled to pay of it
    events: list[Event] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    stars: int | None = None
    complaints: list[Complaint] = field(default_factory=list)
    said_late: bool = False  # stars and complaints, after the fees were paid
    taken: list[Taken] = field(default_factory=list)


@dataclass
class Trip:
    """Somebody came: who, on which visit, by what terms, and what came of it."""

    at: datetime
    dealer: int
    visit: int
    terms: Terms
    vain: bool = False
    fault: str | None = None
    submitted: bool = False


def nearest(amount: Fraction) -> int:
    """To the fen, a half upwards (no amount here is negative)."""
    return int(amount + Fraction(1, 2))


def rule_at(rules: Rules, at: datetime) -> dict[str, Any]:
    """The newest rule in force at that moment."""
    found: dict[str, Any] | None = None
    for since, rule in sorted(rules, key=lambda pair: pair[0]):
        if since <= at:
            found = rule
    assert found is not None
    return found


def base_of_one(rule: dict[str, Any], story: Story, zone: str) -> int:
    """Fen for one unit in this zone."""
    found: dict[tuple[bool, bool], int] = {}
    for row in rule["base"]:
        scheme, kind = row.get("scheme"), row.get("kind", "*")
        if (row["category"], row["zone"]) != (story.category, zone):
            continue
        if scheme in (None, story.scheme) and kind in ("*", story.kind):
            found[scheme is not None, kind != "*"] = row["fen"]
    for exact in ((True, True), (True, False)):
        if exact in found:
            return found[exact]
    normal = found[(False, True)] if (False, True) in found else found[(False, False)]
    if story.scheme == "exclusive":
        return nearest(Fraction(normal * (10_000 + rule.get("exclusive_markup_bp", 1_000)), 10_000))
    return normal


def way(rule: dict[str, Any], story: Story, terms: Terms) -> int:
    """Fen for the way of one job, alone."""
    rows = [row for row in rule["remote"] if row["zone"] == terms.zone]
    own = [row for row in rows if row.get("category", "*") == story.category]
    anyone = [row for row in rows if row.get("category", "*") == "*"]
    if not (own or anyone):
        return 0
    if terms.distance_m is None:
        return terms.agreed_fen or 0
    row = (own or anyone)[0]
    free = row["free_m"] if terms.free_m is None else terms.free_m
    rate = row["per_km_fen"] if terms.per_km_fen is None else terms.per_km_fen
    step = row.get("km_step_m", 100)
    steps = Fraction(terms.distance_m, step)
    rounding = row.get("km_rounding", "half_up")
    if rounding == "up":
        whole = -(-steps.numerator // steps.denominator)
    elif rounding == "down":
        whole = steps.numerator // steps.denominator
    else:
        whole = nearest(steps)
    if whole * step > row.get("negotiated_beyond_m", 80_000):
        return terms.agreed_fen or 0
    beyond = max(0, whole * step - free)
    fee = nearest(Fraction(beyond * rate, 1_000))
    if 0 < beyond <= row.get("flat_within_m", 0):
        fee = row["flat_fen"]
    if row.get("cap_fen") is not None:
        fee = min(fee, row["cap_fen"])
    return max(fee, row.get("least_fen", 0))


def trips(story: Story) -> list[Trip]:
    """Every check-in, and what it led to."""
    made: list[Trip] = []
    dealer, terms = 0, Terms("free", None)
    for event in story.events:
        if event.what == "accept":
            assert event.terms is not None
            dealer, terms = event.dealer, event.terms
        elif event.what == "check_in":
            made.append(Trip(event.at, dealer, event.visit, terms))
        elif event.what == "abort_visit":
            made[-1].vain, made[-1].fault = True, event.fault
        elif event.what == "submit":
            made[-1].submitted = True
        elif event.what == "cancel" and made and not made[-1].vain:
            made[-1].vain, made[-1].fault = True, event.fault or "customer"
    return made


def ended(story: Story) -> datetime:
    """When nothing more could happen to it."""
    return story.events[-1].at


def last_dealer(story: Story) -> int | None:
    """The dealer who has the job at its end."""
    dealer = None
    for event in story.events:
        if event.what == "accept":
            dealer = event.dealer
        elif event.what == "redispatch":
            dealer = None
    return dealer


def operator(story: Story) -> str:
    """Who runs the shop: the brand, or a dealer from its own account."""
    return "brand_service_expense" if story.operator is None else f"channel_operator:{story.operator}"


def payer(story: Story, dealer: int) -> str | None:
    """Who pays for a second visit or a repair by fault, for other work the shop's operator; None: nobody."""
    if story.kind not in ("second_visit", "repair"):
        return operator(story)
    if story.fault == "dealer" and not story.overturned:
        return None if story.first_dealer == dealer else f"dealer_payable:{story.first_dealer}"
    return "brand_service_expense"


def trip_payer(story: Story, trip: Trip) -> str | None:
    """Who pays what was given up, by fault; a trip in vain the customer, where the promise said so."""
    account = payer(story, trip.dealer)
    if account is None or trip.fault == "dealer":
        return None
    if account == f"dealer_payable:{story.first_dealer}":
        return account
    if trip.fault == "customer" and story.trip_by_customer and not trip.submitted:
        return "customer_clearing"
    return "brand_service_expense"


def work_lines(rules: Rules, story: Story, days: frozenset[date]) -> list[Line]:
    """Base fee of finished work with its supplement on promotion days, and what its trips in vain pay."""
    lines: list[Line] = []
    for trip in trips(story):
        rule, to = rule_at(rules, trip.at), f"dealer_payable:{trip.dealer}"
        base, kind = story.units * base_of_one(rule, story, trip.terms.zone), "base_fee"
        account = trip_payer(story, trip) if trip.vain else payer(story, trip.dealer)
        if not trip.submitted:
            kind, base = "trip_fee", nearest(Fraction(base * rule.get("trip_bp", 5_000), 10_000))
        forfeited, quoted = story.fraud and trip.submitted, story.mended_by == "customer" and trip.submitted
        at_the_door = quoted and trip.fault in (None, "customer")
        if account is not None and not forfeited and (trip.vain or trip.submitted):
            lines.append(Line(story.id, kind, account, to, 0 if at_the_door else base))
            if trip.submitted and trip.at.astimezone(SHANGHAI).date() in days:
                prices = {row.get("category", "*"): row["fen"] for row in rule.get("promotion", ())}
                fen = story.units * prices.get(story.category, prices.get("*", 0))
                lines.append(Line(story.id, "promotion", account, to, fen))
    return lines


def way_lines(story: Story, trip: Trip, fee: int, paid: int) -> list[Line]:
    """The way by promise: what was shown at most is the customer's, the brand bears what is above it. What he `paid` on
    another job of the visit comes off both.

    Once the work was handed in the customer's part is a charge that was settled or never asked, and no line here.
    """
    account = trip_payer(story, trip) if trip.vain else payer(story, trip.dealer)
    to, by_promise = f"dealer_payable:{trip.dealer}", story.remote_payer == "customer"
    if story.kind == "second_visit" and story.fault != "customer" and not trip.vain:
        by_promise = False  # nobody promised the customer to pay for it
    if trip.vain and not (trip.fault == "customer" and (trip.submitted or account == "customer_clearing")):
        by_promise = False
    assert account is not None
    if not by_promise or account == f"dealer_payable:{story.first_dealer}":
        return [Line(story.id, "remote_fee", account, to, fee - paid)]
    promised = story.promised_remote_fen if story.ruling is None else story.ruling
    shown = fee if promised is None else min(fee, promised)
    fee, shown = fee - paid, max(0, shown - paid)
    above = [Line(story.id, "remote_fee", "brand_service_expense", to, fee - shown)]
    return above if trip.submitted else [*above, Line(story.id, "remote_fee", "customer_clearing", to, shown)]


def visit_lines(rules: Rules, stories: list[Story]) -> list[Line]:
    """One way per visit: the dearest of all that it was made for, less what the customer paid for it on another."""
    best: dict[int, tuple[int, Story, Trip]] = {}
    paid: dict[int, dict[int, int]] = {}
    for story in sorted(stories, key=lambda one: one.id):
        made = trips(story)
        for trip in made:
            if not (trip.vain or trip.submitted):
                continue
            if (trip_payer(story, trip) if trip.vain else payer(story, trip.dealer)) is None:
                continue
            if trip is made[-1]:
                taken = [
                    one.unit_fen
                    for one in story.extras
                    if one.way and one.settled and one.status == "approved"
                ]
                paid.setdefault(trip.visit, {})[story.id] = sum(taken)
            fee = way(rule_at(rules, trip.at), story, trip.terms)
            if trip.visit not in best or fee > best[trip.visit][0]:
                best[trip.visit] = (fee, story, trip)
    lines = []
    for visit, (fee, story, trip) in best.items():
        elsewhere = sum(fen for job, fen in paid.get(visit, {}).items() if job != story.id)
        lines += way_lines(story, trip, fee, min(fee, elsewhere))
    return lines


def rule_of(rules: Rules, story: Story) -> dict[str, Any]:
    """The rule of the job's one day: its last check-in; where nobody ever came, its end."""
    came = [trip.at for trip in trips(story)]
    return rule_at(rules, came[-1] if came else ended(story))


def timeliness(rules: Rules, story: Story) -> dict[tuple[str, str], int]:
    """Prices of the job's clocks, whoever's."""
    rule = rule_of(rules, story)
    return {(row["clock"], row["level"]): row["fen"] for row in rule["timeliness"]}


def clock_lines(rules: Rules, story: Story) -> list[Line]:
    """Bonus and penalty per clock and level, of the dealer whose clock it was."""
    server, done = last_dealer(story), story.events[-1].what == "close"
    lines, last = [], {}
    for clock in story.clocks:
        if clock.family != "dealer" or clock.owner != "dealer":
            continue
        level = 0 if clock.withdrawn else clock.level
        account, prices = f"dealer_payable:{clock.dealer}", timeliness(rules, story)
        last[clock.kind, clock.dealer] = clock
        if level >= 2 and not clock.excused and clock.appeal != "open":
            fen = prices.get((clock.kind, "breach"), 0)
            fen = prices.get((clock.kind, "severe"), fen) if level == 3 else fen
            lines.append(Line(story.id, "penalty", account, "penalty_income", fen))
    for (kind, dealer), clock in last.items():
        kept = clock.stopped and (clock.withdrawn or clock.level < 2)
        if kept and done and dealer == server and payer(story, dealer) is not None:
            fen = timeliness(rules, story).get((kind, "met"), 0)
            lines.append(Line(story.id, "bonus", "bonus_expense", f"dealer_payable:{dealer}", fen))
    return lines


def quality_lines(rules: Rules, story: Story, mended: set[int]) -> list[Line]:
    """Rewards for finished work: the stars, and that nobody had to come twice. `mended`: jobs with bad work."""
    dealer, rule = last_dealer(story), rule_of(rules, story)
    if story.events[-1].what != "close" or dealer is None or story.fraud or payer(story, dealer) is None:
        return []
    to = f"dealer_payable:{dealer}"
    stars = {row["overall"]: row["fen"] for row in rule.get("rating", ())}
    fen = stars.get(story.stars or 0, 0)
    lines = [Line(story.id, "rating_bonus", "bonus_expense", to, fen, story.said_late)]
    came = [
        trip for trip in trips(story) if trip.dealer == dealer and not (trip.vain and trip.fault != "dealer")
    ]
    if len(came) == 1 and story.kind != "second_visit" and story.id not in mended:
        lines.append(Line(story.id, "first_time_bonus", "bonus_expense", to, rule.get("first_time_fen", 0)))
    return lines


def complaint_lines(rules: Rules, story: Story) -> list[Line]:
    """What upheld complaints cost the dealer they were about."""
    lines = []
    prices = {row.get("about", "*"): row["fen"] for row in rule_of(rules, story).get("complaints", ())}
    for complaint in story.complaints:
        dealer = dealer_at(story, complaint.at)
        if complaint.upheld and complaint.fault in (None, "dealer") and dealer:
            fen = prices.get(complaint.category, prices.get("*", 0))
            account = f"dealer_payable:{dealer}"
            late = story.said_late or complaint.said_late
            lines.append(Line(story.id, "complaint_penalty", account, "penalty_income", fen, late))
    return lines


def platform_lines(story: Story) -> list[Line]:
    """What platforms took, to whom it was paid back by whom."""
    lines, shop = [], operator(story)
    for taken in story.taken:
        if taken.fault == "brand" and story.operator is not None:
            lines.append(Line(0, "channel_charge", "brand_service_expense", shop, taken.fen, True))
        if taken.fault != "dealer" or taken.dealer == story.operator or taken.appeal in ("open", "won"):
            continue
        account = f"dealer_payable:{taken.dealer}"
        lines.append(Line(story.id, "channel_charge", account, shop, taken.fen, True))
    return lines


def dealer_at(story: Story, at: datetime) -> int:
    """Who had taken the job last, by then; 0: nobody."""
    dealer = 0
    for event in story.events:
        if event.what == "accept" and event.at <= at:
            dealer = event.dealer
    return dealer


def extra_lines(story: Story) -> list[Line]:
    """Extras the brand collected are owed on; what the dealer's people took is theirs already."""
    lines = []
    for extra in story.extras:
        if extra.status != "approved" or not extra.settled or extra.collected_by != "brand":
            continue
        to = f"dealer_payable:{dealer_at(story, extra.at)}"
        lines.append(Line(story.id, "extra", "customer_clearing", to, extra.quantity * extra.unit_fen))
    return lines


def memos(story: Story) -> dict[int, int]:
    """Extras the dealer's people took, by their number: known, never paid again."""
    return {
        extra.id: extra.quantity * extra.unit_fen
        for extra in story.extras
        if extra.status == "approved" and extra.settled and extra.collected_by != "brand"
    }


def fees(rules: Rules, stories: list[Story], days: frozenset[date] = frozenset()) -> list[Line]:
    """Every line of these jobs, which have all ended. `days`: the promotion days."""
    lines = visit_lines(rules, stories)
    mended = {
        story.parent or 0
        for story in stories
        if story.kind == "second_visit" and story.fault == "dealer" and not story.overturned
    }
    for story in stories:
        lines += work_lines(rules, story, days) + clock_lines(rules, story) + extra_lines(story)
        lines += quality_lines(rules, story, mended) + complaint_lines(rules, story)
        lines += platform_lines(story)
    return [line for line in lines if line.fen and line.debit != line.credit]
