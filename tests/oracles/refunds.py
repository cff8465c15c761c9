"""What goes back to customers, and from whom: read off quarrels and complaints, sharing nothing with the product.

Where the text leaves something open, this is the reading that was chosen:

* What the customer gets back of an extra comes from the dealer who had the job when it was proposed: off what he is
  owed if the brand had collected it, else as a claim on him. Silence costs him what no promise had shown, if it was
  his own; the brand, if it was the agents'. What was shown stands.
* An overcharge comes back at least so many times as the day's rule says. Of a complaint it is the dealer's who had the
  job then, like any sum of which the agent says that it was his fault; all others are the brand's.
* Ruled, the way is the customer's up to the ruling, the brand's above it; what he paid above it comes back as of an
  extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.oracles.fees import Extra, Line, Rules, Story, dealer_at, rule_of


def refunds(rules: Rules, stories: Sequence[Story]) -> list[Line]:
    """Every line of these jobs, in the month in which it is said."""
    lines = [line for story in stories for line in refund_lines(story, rule_of(rules, story))]
    return [line for line in lines if line.fen]


def refund_lines(story: Story, rule: dict[str, Any]) -> list[Line]:
    """What goes back to the customer of what he paid, and what complaints were settled for; from whom."""
    lines, times = [], rule.get("overcharge_times", 2)
    for extra in story.extras:
        fen, by_brand = given_back(story, extra, times)
        source = "dealer_payable" if extra.collected_by == "brand" else "dealer_receivable"
        account = "brand_service_expense" if by_brand else f"{source}:{dealer_at(story, extra.at)}"
        lines.append(Line(story.id, "charge_refund", account, "customer_clearing", fen, True))
    for complaint in story.complaints:
        fen, dealer = complaint.agreed or 0, dealer_at(story, complaint.at)
        own = complaint.fault == "dealer" or complaint.overcharged is not None
        if complaint.overcharged is not None:
            fen = max(fen, times * complaint.overcharged)
        account = f"dealer_payable:{dealer}" if own and dealer else "brand_service_expense"
        lines.append(Line(story.id, "compensation", account, "customer_clearing", fen, True))
    return lines


def given_back(story: Story, extra: Extra, times: int) -> tuple[int, bool]:
    """Fen of this charge, and whether the brand bears them."""
    paid = extra.quantity * extra.unit_fen
    if extra.way:
        taken = extra.settled and extra.status == "approved" and story.ruling is not None
        return (max(0, paid - (story.ruling or 0)) if taken else 0), False
    if extra.quarrel is None or (extra.quarrel.shown and extra.quarrel.how in ("contested", "silent")):
        return 0, False
    fens = {"stands": 0, "refunded": extra.quarrel.fen, "overcharged": times * extra.quarrel.fen}
    return fens.get(extra.quarrel.how, paid), extra.quarrel.how == "contested"
