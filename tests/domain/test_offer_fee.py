"""What an offer says of its fee is what the fee line will say."""

from __future__ import annotations

from dataclasses import replace

from domain import offer_fee
from domain.clocks import Zone
from domain.fee_facts import Blame, JobFacts, Scheme
from domain.fees import lines
from domain.job import Kind
from tests.domain.test_fees import RULE


def test_an_offer_says_what_the_fee_line_will_say() -> None:
    """The same fen and words as the lines; nothing for the dealer's own fault; unknown stays unknown."""
    job = JobFacts(1, 7, Kind.INSTALL, "heater", Zone.FREE, Scheme.SHARE, units=2, distance_m=23_400)
    told, posted = offer_fee.of(job, RULE), lines(job, RULE)
    own = offer_fee.of(replace(job, blame=Blame.DEALER, dealer_at_fault_id=7), RULE)

    assert told.fen == sum(line.amount_fen for line in posted)
    assert posted[-1].text in told.text
    assert (own.fen, own.text) == (0, "返工责任在本网点，不另付费")
    assert [offer_fee.of(replace(job, distance_m=90_000), RULE).fen, offer_fee.of(job, None).fen] == [
        None
    ] * 2
