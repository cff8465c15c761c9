"""The same jobs priced twice, by the rules in force and by another version: what would change for whom.

Both sides are the very entries that a fee run would post. Nothing grows with the number of jobs but the sums.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.ledger import CHART, Account, Entry
from domain.statements import KINDS

LARGEST = 20
NAMED = 20
_PAYABLE = f"{Account.DEALER_PAYABLE}:"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A job that could not be priced: the code and the words of why."""

    job_id: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class KindChange:
    """Lines of one kind, in fen as dealers earn them: a penalty is negative."""

    kind: str
    title: str
    lines_was: int
    lines_now: int
    was_fen: int
    now_fen: int


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What all accounts of a kind move, debit positive as in the ledger; each side sums to zero."""

    account: str
    title: str
    was_fen: int
    now_fen: int


@dataclass(frozen=True, slots=True)
class DealerChange:
    """What a dealer gets for work, less what its own shops pay."""

    dealer_id: int
    was_fen: int
    now_fen: int


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line of a job in words; None where the other side has no such line."""

    kind: str
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class JobChange:
    """What the dealers earn by one job, and the lines that differ."""

    job_id: int
    was_fen: int
    now_fen: int
    lines: tuple[LineChange, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What would change. `refused`: priced today and not by the other version, the first twenty named.

    `unpaid`: without a price today; of these `priced` would have one.
    """

    jobs: int
    changed: int
    was_fen: int
    now_fen: int
    kinds: tuple[KindChange, ...]
    accounts: tuple[AccountChange, ...]
    dealers: tuple[DealerChange, ...]
    largest: tuple[JobChange, ...]
    refused: int
    unpaid: int
    priced: int
    refusals: tuple[Refusal, ...]


@dataclass(slots=True)
class _Sum:
    lines: list[int] = field(default_factory=lambda: [0, 0])
    fen: list[int] = field(default_factory=lambda: [0, 0])


def earned(entry: Entry) -> int:
    """What the entry brings a dealer for work: ¥80.00 of base fee → 8000, ¥20.00 of penalty → −2000."""
    paid = [leg.amount_fen for leg in entry.legs if leg.account.startswith(_PAYABLE)]
    return -min(paid, default=0)  # where one dealer pays another, it is the one who did the work


class Comparing:
    """Takes jobs one after the other and keeps their sums."""

    def __init__(self) -> None:
        self._jobs = self._changed = self._refused = self._unpaid = self._priced = 0
        self._kinds: dict[str, _Sum] = {}
        self._accounts: dict[str, list[int]] = {}
        self._dealers: dict[int, list[int]] = {}
        self._largest: list[tuple[int, int, JobChange]] = []
        self._refusals: list[Refusal] = []

    def add(self, job_id: int, was: Sequence[Entry], now: Sequence[Entry]) -> None:
        """A job that both can price; its entries by the rules in force and by the other version."""
        self._jobs += 1
        for side, entries in enumerate((was, now)):
            for entry in entries:
                self._count(entry, side)
        before, after = ({entry.natural_key: entry for entry in entries} for entries in (was, now))
        lines = tuple(_differing(before, after))
        if lines:
            self._changed += 1
            sums = sum(map(earned, was)), sum(map(earned, now))
            one = (abs(sums[1] - sums[0]), -job_id, JobChange(job_id, *sums, lines))
            heapq.heappush(self._largest, one)
            if len(self._largest) > LARGEST:
                heapq.heappop(self._largest)

    def refuse(self, refusal: Refusal) -> None:
        """A job with a price today and none by the other version."""
        self._jobs += 1
        self._refused += 1
        if len(self._refusals) < NAMED:
            self._refusals.append(refusal)

    def unpaid(self, *, still: bool) -> None:
        """A job without a price today, and by the other version `still`."""
        self._jobs += 1
        self._unpaid += 1
        self._priced += not still

    def result(self) -> Comparison:
        """The sums so far; dealers and jobs by the size of the difference, those without one left out."""
        kinds = tuple(
            KindChange(kind, KINDS.get(kind, kind), *one.lines, *one.fen) for kind, one in self._kinds.items()
        )
        accounts = tuple(
            AccountChange(kind, CHART[Account(kind)][0], *fen) for kind, fen in sorted(self._accounts.items())
        )
        dealers = (DealerChange(dealer, *fen) for dealer, fen in self._dealers.items() if fen[0] != fen[1])
        was, now = (sum(one.fen[side] for one in self._kinds.values()) for side in (0, 1))
        return Comparison(
            self._jobs, self._changed, was, now, kinds, accounts,
            tuple(sorted(dealers, key=lambda one: (-abs(one.now_fen - one.was_fen), one.dealer_id))),
            tuple(change for *_, change in sorted(self._largest, key=lambda one: one[:2], reverse=True)),
            self._refused, self._unpaid, self._priced, tuple(self._refusals),
        )  # fmt: skip

    def _count(self, entry: Entry, side: int) -> None:
        one = self._kinds.setdefault(entry.kind, _Sum())
        one.lines[side] += 1
        one.fen[side] += earned(entry)
        for leg in entry.legs:
            kind, _, dealer = leg.account.partition(":")
            self._accounts.setdefault(kind, [0, 0])[side] += leg.amount_fen
            if dealer:
                self._dealers.setdefault(int(dealer), [0, 0])[side] -= leg.amount_fen


def _differing(was: Mapping[str, Entry], now: Mapping[str, Entry]) -> Iterator[LineChange]:
    """The lines of which the amount or the accounts differ; another version with the same price is no difference."""
    for key in {**was, **now}:
        before, after = was.get(key), now.get(key)
        if before is None or after is None or before.legs != after.legs:
            told = before.memo if before else None, after.memo if after else None
            yield LineChange((after or before).kind, *told)  # type: ignore[union-attr]  # one of them is there
