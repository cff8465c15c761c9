"""Every line says its sum: the amount it moves stands in its words, and the version that made it beside them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.clocks import ClockKind, Family, Level, Owner, Zone
from domain.fee_facts import Charge, ClockFact, CollectedBy, JobFacts, Outcome, Scheme, Upheld
from domain.fee_reading import read_rule
from domain.fees import lines
from domain.job import Kind
from domain.ledger import Party
from domain.money import yuan
from tests.services.money import RULE

MORE = {
    "rating": [{"overall": 5, "fen": 500}],
    "first_time_fen": 300,
    "complaints": [{"fen": 5000}],
    "promotion": [{"fen": 1500}],
}
DONE = JobFacts(
    1, 7, Kind.INSTALL, "water_heater", Zone.FREE, Scheme.SHARE,
    units=2, visit_id=3, distance_m=23_400, promotion="双11", stars=5, first_time=True,
    charges=(Charge(9, 6, "打孔", "个", 2, 5000, CollectedBy.BRAND),),
    clocks=(
        ClockFact(ClockKind.ARRIVE, Family.DEALER, Owner.DEALER),
        ClockFact(ClockKind.FINISH, Family.DEALER, Owner.DEALER, Level.BREACH),
    ),
    complaints=(Upheld(4, "attitude"),),
)  # fmt: skip
PROMISED = replace(DONE, remote_payer=Party.CUSTOMER, promised_remote_fen=220)


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        (DONE, {"base_fee", "remote_fee", "promotion", "extra", "bonus", "penalty", "rating_bonus", "first_time_bonus",
                "complaint_penalty"}),
        (PROMISED, {"remote_fee"}),
        (replace(DONE, scheme=Scheme.EXCLUSIVE), {"base_fee"}),
        (replace(DONE, outcome=Outcome.AFTER_CHECK_IN), {"trip_fee"}),
        (replace(DONE, distance_m=90_000, agreed_remote_fen=18_000), {"remote_fee"}),
    ],
)  # fmt: skip
def test_a_lines_amount_stands_in_its_words(facts: JobFacts, kinds: set[str]) -> None:
    """`空跑费 … = ¥80.00` moves ¥80.00, also the part of the way above the promise."""
    found = lines(facts, read_rule({**RULE, **MORE, "version": 3}))
    assert kinds <= {line.kind for line in found}
    for line in found:
        assert yuan(line.amount_fen) in line.text
        assert line.rule_version == 3
