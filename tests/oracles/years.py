"""What a year pays a dealer: slow, plain, from the rules' text, sharing nothing with the product.

Where the text leaves something open, this is the reading that was chosen:

* A month counts for who is a member on its last day, whichever stay that was. What must be signed is the agreement in
  force at the year's end, of who left before it on the last day; signed until the year is paid.
* A job counts for the dealer who handed it in; one that ran late and then left the dealer, or was given up, counts for
  that dealer, too. Late is a job with a breach of a dealer's own clock that nobody excused or withdrew; an appeal that
  waits or was declined excuses nothing.
* Every upheld complaint counts for who had the job when it was opened, unless it was said to be another's fault.
* Reward and rebate wait together for every figure: none declared, one undecided or sent back, a cut that can still be
  appealed or whose appeal waits. Nothing to declare is declared as 0.
* A rate on all sales is that of the highest tier that they reach, reached being from its first fen on; by slices each
  band has its own. Both are rounded once.
* Online are the lines that the dealer shipped and installed, as paid less what was given back by then. What is given
  back later corrects the rebate in the month of that; the reward stays.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.oracles.fees import SHANGHAI, Line, Story, dealer_at, last_dealer, nearest
from tests.oracles.shares import Market

YEAR = 2026


@dataclass
class YearTerms:
    """What a year pays from a year on. `tiers`: (from so many fen, basis points)."""

    since: int
    reward_bp: int = 150
    on_time_bp: int = 9_000
    complaints_most: int = 3
    tiers: list[tuple[int, int]] = field(default_factory=list)
    by_slice: bool = False
    after_days: int = 31


@dataclass
class Declared:
    """Offline sales in one market. `verified`: None until somebody looked, or where it was sent back."""

    market: str
    fen: int
    verified: int | None = None
    sent_back: bool = False


@dataclass
class Cut:
    """A penalty that takes from the reward. `appeal`: None, open, declined, won."""

    fen: int
    at: datetime
    appeal: str | None = None


@dataclass
class Member:
    """A dealer and its year. `stays`: first day and last day; `signed`: the version and when."""

    dealer: int
    stays: list[tuple[date, date | None]] = field(default_factory=list)
    signed: list[tuple[int, datetime]] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)


@dataclass
class Alliance:
    """The year of everybody. `agreements`: version and first day."""

    terms: list[YearTerms] = field(default_factory=list)
    agreements: list[tuple[int, date]] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)


def months_of(member: Member) -> int:
    """How many of the year's twelve."""
    ends = [date(YEAR, month, monthrange(YEAR, month)[1]) for month in range(1, 13)]
    return sum(
        any(since <= end and (last is None or end <= last) for since, last in member.stays) for end in ends
    )


def is_signed(alliance: Alliance, member: Member, at: datetime) -> bool:
    """The agreement in force at the end, by this dealer."""
    lasts = [
        date(YEAR, 12, 31) if last is None else min(last, date(YEAR, 12, 31)) for _, last in member.stays
    ]
    in_force = [version for version, since in alliance.agreements if lasts and since <= max(lasts)]
    return bool(in_force) and any(version == in_force[-1] and when <= at for version, when in member.signed)


def is_late(story: Story, dealer: int) -> bool:
    """Whether a clock of this dealer ran out on this job, and nobody excused it."""
    for clock in story.clocks:
        own = clock.dealer == dealer and clock.family == "dealer" and clock.owner == "dealer"
        if own and clock.level >= 2 and not clock.excused and not clock.withdrawn:
            return True
    return False


def is_kept(terms: YearTerms, stories: Sequence[Story], dealer: int) -> bool:
    """On time often enough, and few enough complaints; without a job it is kept."""
    jobs = late = complaints = 0
    for story in stories:
        handed_in = last_dealer(story) == dealer and any(event.what == "submit" for event in story.events)
        bad = is_late(story, dealer)
        jobs += handed_in or bad
        late += bad
        for complaint in story.complaints:
            about = complaint.upheld and complaint.fault in (None, "dealer")
            complaints += about and dealer_at(story, complaint.at) == dealer
    return (jobs - late) * 10_000 >= terms.on_time_bp * jobs and complaints <= terms.complaints_most


def online(market: Market, dealer: int, look: int) -> int:
    """Fen of the lines that this dealer shipped itself, as they stand at a look at the sales."""
    total = 0
    for sale in market.sales:
        done = any(event.what == "confirm" for event in sale.story.events)
        if sale.story.scheme != "dealer_ships" or not done or last_dealer(sale.story) != dealer:
            continue
        total += max(0, (sale.paid or 0) - sale.back[look])
    return total


def rebate(terms: YearTerms, sales: int) -> int:
    """By the tier that is reached, or band by band."""
    tiers = sorted(terms.tiers)
    if not terms.by_slice:
        rates = [rate for first, rate in tiers if sales >= first]
        return nearest(Fraction(sales * (rates[-1] if rates else 0), 10_000))
    whole = Fraction(0)
    for number, (first, rate) in enumerate(tiers):
        above = tiers[number + 1][0] if number + 1 < len(tiers) else sales
        whole += Fraction(max(0, min(sales, above) - first) * rate, 10_000)
    return nearest(whole)


def waits(member: Member, at: datetime) -> bool:
    """Whether a figure is missing still."""
    undecided = not member.declared or any(one.sent_back or one.verified is None for one in member.declared)
    doubtful = any(
        cut.appeal == "open" or (cut.appeal is None and at < cut.at + timedelta(days=7))
        for cut in member.cuts
    )
    return undecided or doubtful


def year(alliance: Alliance, market: Market, stories: Sequence[Story], at: datetime) -> list[Line]:
    """What is paid of the year at this moment."""
    terms = [terms for terms in alliance.terms if terms.since <= YEAR][-1]
    if at.astimezone(SHANGHAI).date() < date(YEAR + 1, 1, 1) + timedelta(days=terms.after_days):
        return []
    lines = []
    for member in alliance.members:
        if waits(member, at):
            continue
        to, offline = f"dealer_payable:{member.dealer}", sum(one.verified or 0 for one in member.declared)
        if is_signed(alliance, member, at) and is_kept(terms, stories, member.dealer):
            full = Fraction(offline * terms.reward_bp * months_of(member), 10_000 * 12)
            fen = nearest(full) - sum(cut.fen for cut in member.cuts if cut.appeal != "won")
            lines.append(Line(0, "alliance_reward", "alliance_reward_expense", to, max(0, fen)))
        fen = rebate(terms, offline + online(market, member.dealer, 1))
        lines.append(Line(0, "year_rebate", "rebate_expense", to, fen))
    return [line for line in lines if line.fen]


def corrected(alliance: Alliance, market: Market, paid: Sequence[Line]) -> list[Line]:
    """What a sale that is given back after the year was paid changes of its rebate."""
    terms = [terms for terms in alliance.terms if terms.since <= YEAR][-1]
    rebates = {line.credit: line for line in paid if line.kind == "year_rebate"}
    lines = []
    for member in alliance.members:
        line = rebates.get(f"dealer_payable:{member.dealer}")
        if line is not None:
            offline = sum(one.verified or 0 for one in member.declared)
            due = rebate(terms, offline + online(market, member.dealer, 2))
            lines.append(line._replace(fen=min(0, due - line.fen)))
    return [line for line in lines if line.fen]
