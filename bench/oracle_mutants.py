"""What the oracle must notice: one wrong thing a mutant, written into the product's own text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`file` with `was` replaced by `now`; `was` stands there once."""

    wrong: str
    file: str
    was: str
    now: str


FEES, QUALITY, REMOTE = "domain/fees.py", "domain/fee_quality.py", "domain/fee_remote.py"
REFUNDS, SHARE, GUARD = "domain/refunds.py", "domain/profit_share.py", "domain/price_guard.py"
ALLIANCE, REBATES = "domain/alliance.py", "domain/rebates.py"
FACTS, SHARE_FACTS, YEARS = (
    "services/parts/fee_facts.py",
    "services/parts/share_facts.py",
    "services/parts/years.py",
)

MUTANTS = (
    Mutant("an exclusive SKU costs no more", "domain/fee_rules.py", "BP + rule.exclusive_markup_bp", "BP"),
    Mutant(
        "the way is not rounded", REMOTE, "(distance_m, rate.km_step_m) * rate.km_step_m", "(distance_m, 1)"
    ),
    Mutant("of equals no dearest way", FEES, "return min(fees)[1] if fees", "return max(fees)[1] if fees"),
    Mutant("the trip is half, whatever the rule says", FEES, "units, trip_bp)", "units, 5_000)"),
    Mutant(
        "severe costs as a breach", "domain/fee_rules.py", "fen.get((clock, Kept.SEVERE), breach)", "breach"
    ),
    Mutant("an appeal holds nothing", FEES, "or clock.appealed or", "or"),
    Mutant("a bonus without the work", FEES, '(part.kind == "bonus" and not bonus_due)', "False"),
    Mutant("the first visit is always the first", FEES, "if job.first_time:", "if True:"),
    Mutant(
        "a complaint's own price is not looked at",
        QUALITY,
        "fens.get(upheld.category, fens.get(ANY, 0))",
        "fens.get(ANY, 0)",
    ),
    Mutant("a promotion day pays once a job", QUALITY, '"promotion", fen * units', '"promotion", fen'),
    Mutant("fraud forfeits nothing", FEES, "elif not job.base_forfeited:", "else:"),
    Mutant("the first dealer is never charged", FEES, "else Party.DEALER_AT_FAULT", "else None"),
    Mutant(
        "the neighbour's part of the way is paid twice",
        FEES,
        "min(job.way_paid_fen + job.way_posted_fen, part.amount_fen)",
        "0",
    ),
    Mutant(
        "the shop's operator pays for repairs", FACTS, '{"brand": Party.BRAND,', '{"brand": Party.OPERATOR,'
    ),
    Mutant(
        "a quoted repair is the brand's",
        FACTS,
        '"customer": Party.CUSTOMER}\n\n',
        '"customer": Party.BRAND}\n\n',
    ),
    Mutant(
        "a verdict taken back changes no fault",
        FACTS,
        "ELSE 'brand' END AS fault",
        "ELSE job.fault END AS fault",
    ),
    Mutant("whose complaint: the first dealer's", "services/parts/serving.py", "taken.seq DESC", "taken.seq"),
    Mutant(
        "an overcharge goes back twice, always",
        REFUNDS,
        "self.difference_fen * self.times",
        "self.difference_fen * 2",
    ),
    Mutant(
        "cash goes back off the payable",
        REFUNDS,
        "if by_brand else Account.DEALER_RECEIVABLE",
        "if by_brand else Account.DEALER_PAYABLE",
    ),
    Mutant("the whole way goes back", REFUNDS, "max(0, paid_fen - most_fen)", "paid_fen"),
    Mutant(
        "agents' silence costs the dealer",
        "services/deeds/charge_rulings.py",
        '("silence", "brand")',
        '("silence", "dealer")',
    ),
    Mutant("who is not blamed compensates", "services/deeds/audit.py", 'if fault == "dealer":', "if True:"),
    Mutant(
        "who was charged stays charged",
        "services/fees.py",
        "in charged.items():",
        "in list(charged.items())[:0]:",
    ),
    Mutant("the clock's bonus stays withheld", "services/fees.py", '"promotion", "bonus"', '"promotion"'),
    Mutant("tax is shared, too", SHARE, "half_up_fen(revenue * BP, BP + rule.tax_bp)", "revenue"),
    Mutant("the dealer gets all of the rest", SHARE, "others * rule.dealer_bp", "others * BP"),
    Mutant("no floor", SHARE, "if sale.floor_fen is None or", "if True or"),
    Mutant("who declined shares", SHARE, "if owner_id is None or declined", "if owner_id is None"),
    Mutant("the brand's own shop keeps the sale", SHARE, "if held else Account", "if False else Account"),
    Mutant(
        "an SKU sold elsewhere is not shared", GUARD, "return Scheme.SHARE if", "return Scheme.EXCLUSIVE if"
    ),
    Mutant("the SKU's cost before the line's", SHARE_FACTS, "(cost.sku IS NULL) DESC", "(cost.sku IS NULL)"),
    Mutant("an earlier cost before a later", SHARE_FACTS, "cost.effective_from DESC", "cost.effective_from"),
    Mutant(
        "what the brand bore is the shop's",
        SHARE_FACTS,
        "ELSE 'channel_operator' END",
        "ELSE account.kind END",
    ),
    Mutant(
        "the owner of today", SHARE_FACTS, "coalesce(checked_in_at, closed_at) AS done_at", "now() AS done_at"
    ),
    Mutant("no refund window", SHARE_FACTS, "timedelta(days=rule.refund_days)", "timedelta()"),
    Mutant("a month begun is a month", ALLIANCE, "end <= one.left", "end.replace(day=1) <= one.left"),
    Mutant("a year is a year", ALLIANCE, "terms.reward_bp * months,", "terms.reward_bp * MONTHS,"),
    Mutant("only the largest cut", ALLIANCE, "min(gross, sum(taken))", "min(gross, max(taken, default=0))"),
    Mutant("one late job less", ALLIANCE, "record.late > late", "record.late >= late"),
    Mutant("one complaint less", ALLIANCE, "record.upheld > terms", "record.upheld >= terms"),
    Mutant("the lowest tier", REBATES, "reached[-1:]", "reached[:1]"),
    Mutant(
        "slices reach to the top",
        REBATES,
        "(end - tier.from_fen, tier.bp)",
        "(total - tier.from_fen, tier.bp)",
    ),
    Mutant(
        "what was given back counts", YEARS, "coalesce(paid_fen, 0) - refunded_fen", "coalesce(paid_fen, 0)"
    ),
    Mutant("a cut that was lifted cuts", YEARS, "AND lifted IS NOT TRUE", ""),
    Mutant(
        "as declared, not as verified",
        YEARS,
        "coalesce(sum(verified_fen), 0)",
        "coalesce(sum(declared_fen), 0)",
    ),
    Mutant("the first agreement will do", YEARS, "effective_from DESC LIMIT 1", "effective_from LIMIT 1"),
    Mutant("nobody waits for finance", YEARS, "if self.undecided:", "if False:"),
    Mutant("nobody waits for an appeal", YEARS, "if any(cut.open for cut in self.cuts):", "if False:"),
)
