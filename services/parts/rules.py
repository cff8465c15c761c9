"""The versions of the fee rules as the domain reads them, and the ids of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from domain.fee_reading import read_rule
from domain.fee_rules import FeeRule, Kept, rule_on
from models.money import FeeRule as Row
from services.parts.fee_quality import Wanted


@dataclass(frozen=True, slots=True)
class Rules:
    """All versions, and the row id of each by its version."""

    all: Sequence[FeeRule]
    ids: Mapping[int, int]

    def on(self, day: date) -> FeeRule | None:
        """The rule in force on a day in Shanghai."""
        return rule_on(self.all, day)

    def quality(self) -> Wanted:
        """Which facts about the quality of the work some version pays for, or takes money for."""
        return Wanted(
            any(rule.rating for rule in self.all),
            any(rule.first_time_fen for rule in self.all),
            any(rule.complaints for rule in self.all),
        )

    def bonus_clocks(self) -> list[str]:
        """The kinds of clock for whose keeping some version pays."""
        return sorted(
            {rate.clock.value for rule in self.all for rate in rule.timeliness if rate.level == Kept.MET}
        )


def load(tx: Connection) -> Rules:
    """Every version there is; they are few, and none ever changes."""
    rows = tx.execute(select(Row.id, Row.version, Row.rule).order_by(Row.version)).all()
    rules = [read_rule({**row.rule, "version": row.version}) for row in rows]
    return Rules(rules, {row.version: row.id for row in rows})
