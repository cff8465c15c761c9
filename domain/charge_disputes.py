"""A disputed extra, step by step: whose word is awaited, until when, and what silence means (domain.md §6).

First the dealer answers: it gives the money back or says why not. Then an agent rules. Each step has its time and
its silence a meaning, which is never a yes to money that the promise had not shown:

| silent | shown by the promise | not shown |
|---|---|---|
| the dealer, 48 h | the agent rules without it | conceded: back in full, from the dealer |
| the agent, 72 h | it stands: the customer had agreed to it twice | back in full, from the brand, which was silent |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.actions import Action, Command
from domain.errors import Fault
from domain.facts import Facts
from domain.job import JobState
from domain.refunds import Ruling


class Stage(StrEnum):
    """Whose word a disputed extra waits for."""

    DEALER = "dealer"
    AGENT = "agent"


STAGE_NAMES: Mapping[Stage, str] = {Stage.DEALER: "待网点答复", Stage.AGENT: "待客服裁定"}
WITHIN: Mapping[Stage, timedelta] = {Stage.DEALER: timedelta(hours=48), Stage.AGENT: timedelta(hours=72)}
LEFT_WHEN_WARNED = 5
"""Who is silent is warned when a fifth of the time is left, as with every clock."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """What is kept of a dispute: since when, since when the dealer's word is known or past, its outcome."""

    disputed_at: datetime
    answered_at: datetime | None
    shown: bool

    @property
    def stage(self) -> Stage:
        """Whose word is awaited."""
        return Stage.DEALER if self.answered_at is None else Stage.AGENT

    @property
    def answer_by(self) -> datetime:
        """When silence decides: disputed on Monday 10:00, answered by Wednesday 10:00, ruled within 72 h of that."""
        return (self.answered_at or self.disputed_at) + WITHIN[self.stage]

    @property
    def by_silence(self) -> Action:
        """What is done when nobody has spoken in time; `outcome` then says how the agent's silence ends it."""
        if self.stage == Stage.AGENT:
            return Action.RULE_CHARGE
        return Action.CONTEST_CHARGE if self.shown else Action.CONCEDE_CHARGE

    @property
    def outcome(self) -> Ruling:
        """What the agent's silence means."""
        return Ruling.STANDS if self.shown else Ruling.REFUNDED


def fallen(charge_id: int, dispute: Dispute) -> Command:
    """The deed of the system once the time is up."""
    action = dispute.by_silence
    outcome = dispute.outcome if action == Action.RULE_CHARGE else None
    return Command(action, charge_id=charge_id, outcome=outcome)


def charge_disputed(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """An extra is ruled on once, after somebody disputed it."""
    if facts.charge_status != "disputed" or facts.charge_ruled:
        yield Fault("charge_id", "charge_not_disputed", "该收费没有待裁定的异议")


def dealer_to_answer(job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """The dealer answers once, with a reason, while it is asked."""
    yield from charge_disputed(job, command, facts)
    if facts.charge_status == "disputed" and facts.charge_answered:
        yield Fault("charge_id", "dispute_answered", "网点已答复，等待客服裁定")
