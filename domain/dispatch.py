"""Who should be asked first, and why (domain.md §3). Facts in, funnel out; nothing here knows where facts come from.

Gates first: active, covering, authorised, not refused already, somebody skilled, certified, room. Then the order of
`CRITERIA`: territory, a job at the same door, alliance, free zone, skill, room on the asked days, distance, score.
Distances count in bands of 5 km and scores in bands of 10 points: within both, dealers are equals, and whoever was
asked least in a week for what it can do in a day is next. Then the metre, the point, the id: the order is total.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from domain.capacity import Day, Diary, free_days
from domain.dispatch_words import BARS, lacking, merits

ASKED_DAYS = 3  # the day the customer wants (else today) and the two after it
DISTANCE_BAND_M, SCORE_BAND = 5_000, 10
RECENT = timedelta(days=7)
USUAL_UNITS = 10  # a day, for the fair share of dealers that set no limit
SAME_DOOR = timedelta(days=7)
FARTHEST = 10**9


@dataclass(frozen=True, slots=True)
class Rule:
    """How a category is dispatched: how many are asked at once where there is no owner to ask, and for how long."""

    asked_at_once: int = 1
    offer_minutes: int = 120


@dataclass(frozen=True, slots=True)
class Covering:
    """A dealer whose coverage names the job's division. `capacity_left` None: no limit was set.

    `level` is the best of its people who hold every certificate needed. `earliest` is the first day with room for
    the job, `in_time` whether one of the asked days has; `recent` counts a week's offers, `per_day` its standing units.
    `same_door` are jobs it holds, or was asked for, at the customer's door.
    """

    dealer_id: int
    zone: str
    territory_owner: bool
    alliance: bool
    score: int
    active: bool
    capacity_left: int | None
    distance_m: int | None
    refused: bool
    auto_accept: bool
    authorised: bool = True
    free_m: int | None = None
    per_km_fen: int | None = None
    skilled: bool = True
    lacks: tuple[str, ...] = ()
    level: int = 0
    earliest: date | None = None
    in_time: bool = True
    recent: int = 0
    per_day: int | None = None
    same_door: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One question and its answer: a code for programs, whether it speaks for the dealer, Chinese for people."""

    step: str
    ok: bool
    words: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line of the funnel: where the dealer stands and why."""

    dealer_id: int
    zone: str
    distance_m: int | None
    steps: tuple[Step, ...]
    auto_accept: bool = False
    free_m: int | None = None
    per_km_fen: int | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """What people read."""
        return tuple(step.words for step in self.steps)

    def barred_by(self) -> frozenset[str]:
        """The gates that shut it out."""
        return frozenset(step.step for step in self.steps if not step.ok and step.step in BARS)


@dataclass(frozen=True, slots=True)
class Funnel:
    """All dealers looked at: those to be asked, best first, and those that fell out, each with its reasons."""

    ranked: tuple[Candidate, ...]
    dropped: tuple[Candidate, ...]
    rule: Rule = Rule()

    def of(self, dealer_id: int) -> Candidate:
        """A dealer's line; one an agent brings from outside, or where it does not go, is remote by definition."""
        for candidate in (*self.ranked, *self.dropped):
            if candidate.dealer_id == dealer_id:
                return replace(candidate, zone="remote") if candidate.zone == "none" else candidate
        return Candidate(dealer_id, "remote", None, (Step("outside", False, "跨区派单，由客服决定"),))

    def covered(self) -> bool:
        """Whether anybody serves the place at all, free or not: else the job is unserved."""
        away = {"inactive", "not_covered", "unauthorised"}
        return bool(self.ranked) or any(not line.barred_by() & away for line in self.dropped)

    def only_full(self) -> bool:
        """Whether somebody would be asked, had he room: then it is worth asking again later."""
        return not self.ranked and any(line.barred_by() == {"full"} for line in self.dropped)

    def asked(self) -> tuple[Candidate, ...]:
        """Who gets the offer: the territory's owner or whoever accepts at once alone, else the first few together."""
        if not self.ranked:
            return ()
        best = self.ranked[0]
        owns = any(step.step == "territory" and step.ok for step in best.steps)
        return (best,) if owns or best.auto_accept else self.ranked[: self.rule.asked_at_once]


def rank(seen: Iterable[Covering]) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """(in, out): those to be asked, best first, and those that fell out, each with its reasons."""
    kept, dropped = [], []
    for dealer in seen:
        bars = _bars(dealer)
        if bars:
            dropped.append(_line(dealer, bars))
        else:
            kept.append((_order(dealer), dealer))
    kept.sort(key=lambda pair: pair[0])
    return tuple(_kept(kept)), tuple(dropped)


def first(seen: Iterable[Covering]) -> Covering | None:
    """The one that `rank` puts first, without a word of why: for whoever only has to know who comes."""
    return min((dealer for dealer in seen if not any(_gates(dealer))), key=_order, default=None)


def unlimited(dealer: Covering) -> Covering:
    """The same dealer, had nobody set it a limit."""
    return replace(dealer, capacity_left=None)


def asked_days(wanted: date | None, days: Sequence[Day]) -> tuple[date, date]:
    """(first, last) of the days the customer asked for: wanted on the 5th, 5th to 7th; none named, from today."""
    first = max(wanted or days[0].date, days[0].date)
    return first, first + timedelta(days=ASKED_DAYS - 1)


def room(diary: Diary, days: Sequence[Day], asked: tuple[date, date], units: int) -> tuple[date | None, bool]:
    """(first day with room for so many units, whether one of the asked days has). Beyond `days` nobody knows: yes."""
    earliest, (first, last) = None, asked
    for day in free_days(diary, days, units):
        earliest = earliest or day
        if day >= first:
            return earliest, day <= last
    return earliest, earliest is not None and first > days[-1].date


def _gates(dealer: Covering) -> tuple[bool, ...]:
    """Which of `BARS` shut it out, in their order."""
    return (
        not dealer.active,
        dealer.zone == "none",
        not dealer.authorised,
        dealer.refused,
        not dealer.skilled,
        bool(dealer.lacks),
        dealer.capacity_left is not None and dealer.capacity_left <= 0,
    )


def _bars(dealer: Covering) -> tuple[Step, ...]:
    return tuple(
        Step(code, False, lacking(dealer.lacks) if code == "uncertified" else BARS[code])
        for code, shut in zip(BARS, _gates(dealer), strict=True)
        if shut
    )


# In the order of `_order`: what to say when it set one dealer behind another.
CRITERIA = (
    "属地",
    "同址工单",
    "服务联盟",
    "免费上门区",
    "师傅技能",
    "期望日期空档",
    "距离",
    "服务分",
    "派单均衡",
    "距离",
    "服务分",
    "编号",
)


def _order(dealer: Covering) -> tuple[int, ...]:
    far = FARTHEST if dealer.distance_m is None else dealer.distance_m
    return (
        not dealer.territory_owner,
        not dealer.same_door,
        not dealer.alliance,
        dealer.zone != "free",
        -dealer.level,
        not dealer.in_time,
        far // DISTANCE_BAND_M,
        -(dealer.score // SCORE_BAND),
        dealer.recent * 1000 // max(1, USUAL_UNITS if dealer.per_day is None else dealer.per_day),
        far,
        -dealer.score,
        dealer.dealer_id,
    )


def _kept(sorted_: Sequence[tuple[tuple[int, ...], Covering]]) -> Iterable[Candidate]:
    before: tuple[int, ...] | None = None
    for place, (key, dealer) in enumerate(sorted_, 1):
        steps = tuple(Step(*told) for told in merits(dealer))
        if before is not None:
            decided = next(name for name, a, b in zip(CRITERIA, before, key, strict=True) if a != b)
            steps = (*steps, Step("place", False, f"第 {place} 位：「{decided}」不及前一位"))
        before = key
        yield _line(dealer, steps)


def _line(dealer: Covering, steps: tuple[Step, ...]) -> Candidate:
    return Candidate(
        dealer.dealer_id,
        dealer.zone,
        dealer.distance_m,
        steps,
        dealer.auto_accept and dealer.in_time,
        dealer.free_m,
        dealer.per_km_fen,
    )
