"""What ended jobs pay, by the rules of their days: the one computation behind the fee run and the preview of a rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from domain import fees
from domain.calendar import local_date, month_of
from domain.errors import DomainError
from domain.fee_facts import JobFacts
from domain.fee_remote import RemoteFeeNotAgreed
from domain.fee_rules import FeeRule
from domain.ledger import Entry, FeeLine, entries_for
from services.parts import fee_trips, ledger
from services.parts.fee_facts import Claim, Due
from services.parts.fee_trips import Sharing
from services.parts.rules import Rules


class NoRule(DomainError):
    """No fee rule was in force on the day of the work."""

    code = "no_fee_rule"
    title = "当日没有生效的收费规则"


class Unswept(DomainError):
    """A clock of the job has reached a level that nobody has raised yet; it will be in a minute."""

    code = "clock_unswept"
    title = "时效尚未判定"


@dataclass(frozen=True, slots=True)
class Held:
    """A job whose fees could not be posted, and why."""

    job_id: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Memo:
    """Money the dealer's people collected: known, never paid again."""

    charge_id: int
    dealer_id: int
    month: date
    amount_fen: int
    text: str


@dataclass(frozen=True, slots=True)
class Settled:
    """All that one batch writes."""

    job_ids: list[int]
    entries: list[Entry]
    memos: list[Memo]
    held: list[Held]


class Pricing:
    """Prices a batch by the rules in force, each claim on the day of its work."""

    def __init__(self, tx: Connection, known: Rules, closed: ledger.Months) -> None:
        self._tx, self._known, self._closed = tx, known, closed
        self._in_force: dict[date, FeeRule | None] = {}
        self._shared: dict[int, list[Sharing]] = {}

    def settle(self, due: Sequence[Due]) -> Settled:
        """What the jobs pay; a job of which one part cannot be priced is held back whole."""
        self.look_around(due)
        settled = Settled([], [], [], [])
        for job in due:
            try:
                priced = self.price(job)
            except DomainError as refusal:
                settled.held.append(Held(job.job_id, refusal.code, refusal.detail or refusal.title))
                continue
            settled.job_ids.append(job.job_id)
            for claim, month, lines in priced:
                settled.entries.extend(entries_for(lines, claim.parties, month))
                settled.memos.extend(_memos(claim.facts, month, lines))
        return settled

    def look_around(self, due: Sequence[Due]) -> None:
        """Find who else was at these doors; to be asked before `price`, for a visit has one way."""
        claims = (claim for job in due for claim in job.claims)
        visits = [claim.facts.visit_id or 0 for claim in claims if self._remote_possible(claim)]
        self._shared = fee_trips.sharing(self._tx, visits) if visits else {}

    def price(self, job: Due) -> list[tuple[Claim, date, tuple[FeeLine, ...]]]:
        """The lines of each claim and their month; raises where a part cannot be priced."""
        if job.unswept:
            raise Unswept
        wanted = month_of(job.closed_at)
        month = ledger.open_month(wanted, self._closed)
        priced = []
        for claim in job.claims:
            rule = self._rule(claim)
            if rule is None:
                raise NoRule(f"{local_date(claim.worked_at)} 没有生效的收费规则")
            lines = fees.lines(self._carrying(claim.facts, rule), rule)
            if month != wanted:
                note = ledger.late_note(wanted, month)
                lines = tuple(replace(line, text=line.text + note) for line in lines)
            priced.append((claim, month, lines))
        return priced

    def _rule(self, claim: Claim) -> FeeRule | None:
        day = local_date(claim.worked_at)
        if day not in self._in_force:
            self._in_force[day] = self._known.on(day)
        return self._in_force[day]

    def _remote_possible(self, claim: Claim) -> bool:
        rule, facts = self._rule(claim), claim.facts
        if rule is None or facts.visit_id is None:
            return False
        try:
            part = fees.remote_of(facts, rule)
        except RemoteFeeNotAgreed:
            return True
        return part is not None

    def _carrying(self, facts: JobFacts, rule: FeeRule) -> JobFacts:
        """The same facts, without the remote fee when another job at that door is dearer; else less what it took."""
        sharing = self._shared.get(facts.visit_id or 0, ())
        if len(sharing) < 2:
            return facts
        if fees.dearest((one.facts for one in sharing), rule) not in (None, facts.job_id):
            return replace(facts, carries_remote=False)
        others = [one for one in sharing if one.facts.job_id != facts.job_id]
        taken = sum(one.way_taken_fen for one in others)
        return replace(facts, way_paid_fen=taken, way_posted_fen=sum(one.way_posted_fen for one in others))


def _memos(facts: JobFacts, month: date, lines: Sequence[FeeLine]) -> Iterator[Memo]:
    """The lines that are memos, by their charge: extras, and the way as it was taken; a way not taken leaves none."""
    for line in lines:
        if line.debit is None and line.kind == "extra":
            charge_id = int(line.key.rpartition(":")[2])
            yield Memo(charge_id, facts.dealer_id, month, line.amount_fen, line.text)
