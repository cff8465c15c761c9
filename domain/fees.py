"""What a job pays: base, remote, extras, trip and timeliness, each with its arithmetic in words.

A `FeeRule` is data: one version, effective from a day, read from JSON with every fault named (`read_rule`).
Prices are worked out once per rule, so many jobs are look-ups, and a promise before the purchase (`price_of`)
says the same words and the same fen as the fee line after it (`lines`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from domain import fee_quality
from domain.clocks import Zone
from domain.fee_facts import Blame, Charge, CollectedBy, JobFacts, Outcome, Scheme
from domain.fee_parts import Part
from domain.fee_remote import RemoteFeeNotAgreed
from domain.fee_rules import CHARGE_TYPES, FeeRule
from domain.job import Kind
from domain.ledger import FeeLine, Party
from domain.money import percent, share_of, yuan

# Bound once: looking up an enum's member is slow in Python 3.11, and these are asked for every job.
_COMPLETED, _BEFORE_CHECK_IN, _AFTER_CHECK_IN = (
    Outcome.COMPLETED,
    Outcome.BEFORE_CHECK_IN,
    Outcome.AFTER_CHECK_IN,
)
_CUSTOMER, _DEALER, _BRAND_HANDS = Party.CUSTOMER, Party.DEALER, CollectedBy.BRAND
_BONUS, _PENALTY = (Party.BONUS, Party.DEALER), (Party.DEALER, Party.PENALTY)


@dataclass(frozen=True, slots=True)
class Price:
    """What a visit costs by the rule: the base of one unit, how many, and the remote fee once.

    `negotiated`: beyond the formula, and nothing agreed yet; there is no total then.
    """

    base: Part
    units: int
    remote: Part | None
    negotiated: bool

    @property
    def total_fen(self) -> int | None:
        """Base of all units and the remote fee: 2 × ¥80.00 + ¥6.80 → 16680."""
        remote_fen = 0 if self.remote is None else self.remote.amount_fen
        return None if self.negotiated else self.base.amount_fen * self.units + remote_fen

    @property
    def told(self) -> tuple[str, ...]:
        """How each part came about: `基础安装费 电热水器 免费区 ¥80.00 × 2 台 = ¥160.00`, `远程费 … = ¥6.80`."""
        times = f" × {self.units} 台 = {yuan(self.base.amount_fen * self.units)}" if self.units > 1 else ""
        base = f"{self.base.text}{times}"
        return (base,) if self.remote is None else (base, self.remote.text)


def price_of(
    rule: FeeRule,
    category: str,
    zone: Zone,
    scheme: Scheme = Scheme.SHARE,
    kind: Kind = Kind.INSTALL,
    units: int = 1,
    distance_m: int | None = None,
    agreed_remote_fen: int | None = None,
) -> Price:
    """The price before the purchase, by the very look-ups that make the fee lines."""
    base = rule.base_part(kind, category, zone, scheme)
    try:
        remote = rule.remote_part(category, zone, distance_m, agreed_remote_fen, as_ruled=True)
    except RemoteFeeNotAgreed:
        return Price(base, units, None, negotiated=True)
    return Price(base, units, remote, negotiated=False)


def price_for(job: JobFacts, rule: FeeRule) -> Price | None:
    """What coming pays this dealer, by the look-ups of its fee lines; None: nothing, it mends its own work."""
    if _payer(job, job.payer) is None:
        return None
    base = rule.base_part(job.kind, job.category, job.zone, job.scheme)
    try:
        return Price(base, job.units, remote_of(job, rule), negotiated=False)
    except RemoteFeeNotAgreed:
        return Price(base, job.units, None, negotiated=True)


def lines(job: JobFacts, rule: FeeRule) -> tuple[FeeLine, ...]:
    """Every fee line of a job: ¥80.00 base, ¥6.80 remote, ¥5.00 bonus. Nothing is a line of ¥0.00.

    Given up before check-in it pays nothing; after check-in half the base (`trip_bp`) and the remote fee;
    after submit as if completed, without bonus. A visit made necessary by the serving dealer pays nothing. What
    counts against a dealer, late clocks and upheld complaints, counts whatever became of the job.
    """
    found: list[FeeLine] = []
    payer = _payer(job, _promised(job, job.payer))
    if payer is not None and job.outcome != _BEFORE_CHECK_IN:
        _add_work(found, job, rule, payer)
        if job.carries_remote:
            _add_remote(found, job, rule)
    for charge in job.charges:
        key = f"job:{job.job_id}:extra:charge:{charge.charge_id}"
        _add(found, job, rule, key, _charge_part(charge), _CUSTOMER, charge.collected_by)
    well_done = payer is not None and job.outcome == _COMPLETED
    if job.clocks:
        _add_timeliness(found, job, rule, well_done)
    if well_done and not job.base_forfeited:
        _add_quality(found, job, rule)
    for upheld in job.complaints:
        key = f"job:{job.job_id}:complaint:{upheld.complaint_id}:penalty"
        _add_moved(found, job, rule, key, fee_quality.complained(rule.complaints, upheld), _PENALTY)
    return tuple(found)


def dearest(jobs: Iterable[JobFacts], rule: FeeRule) -> int | None:
    """Of the jobs of one visit, the one that carries the remote fee: the dearest, the lowest id on a tie."""
    fees = []
    for job in jobs:
        part = remote_of(job, rule)
        if part is not None:
            fees.append((-part.amount_fen, job.job_id))
    return min(fees)[1] if fees else None


def remote_of(job: JobFacts, rule: FeeRule) -> Part | None:
    """The remote fee of a job by the rule, with the serving coverage's own radius and rate."""
    return rule.remote_part(
        job.category, job.zone, job.distance_m, job.agreed_remote_fen, job.free_m, job.per_km_fen
    )


def _payer(job: JobFacts, promised: Party) -> Party | None:
    """Who pays for the visit: without blame the promised one; None: nobody, it is the dealer's own fault."""
    if job.blame is None:
        return promised
    if job.blame == Blame.DEALER:
        first = job.dealer_at_fault_id
        return None if first is None or first == job.dealer_id else Party.DEALER_AT_FAULT
    return Party.CUSTOMER if promised == Party.CUSTOMER and job.blame == Blame.CUSTOMER else Party.BRAND


def _add(
    found: list[FeeLine],
    job: JobFacts,
    rule: FeeRule,
    key: str,
    part: Part,
    payer: Party,
    collected_by: CollectedBy,
) -> None:
    """A line to the serving dealer; money its people took from the customer themselves is a memo."""
    if not part.amount_fen:
        return
    memo = payer == _CUSTOMER and collected_by != _BRAND_HANDS
    debit, credit = (None, None) if memo else (payer, _DEALER)
    found.append(FeeLine(key, job.job_id, part.kind, part.amount_fen, debit, credit, rule.version, part.text))


def _add_moved(
    found: list[FeeLine],
    job: JobFacts,
    rule: FeeRule,
    key: str,
    part: Part | None,
    legs: tuple[Party, Party],
) -> None:
    """A bonus or a penalty, where the rule has one."""
    if part is not None:
        found.append(FeeLine(key, job.job_id, part.kind, part.amount_fen, *legs, rule.version, part.text))


def _add_work(found: list[FeeLine], job: JobFacts, rule: FeeRule, payer: Party) -> None:
    base = rule.base_part(job.kind, job.category, job.zone, job.scheme)
    if job.outcome == _AFTER_CHECK_IN:
        key = f"job:{job.job_id}:trip_fee:visit:{_visit(job)}"
        _add(found, job, rule, key, _trip_part(base, job.units, rule.trip_bp), payer, job.collected_by)
    elif not job.base_forfeited:
        for unit in range(1, job.units + 1):
            key = f"job:{job.job_id}:base_fee:unit:{unit}"
            _add(found, job, rule, key, base, payer, job.collected_by)
        if job.promotion is not None:
            part = fee_quality.promoted(rule.promotion, job.category, job.promotion, job.units)
            payer = _sponsor(payer)
            _add_moved(found, job, rule, f"job:{job.job_id}:promotion", part, (payer, _DEALER))


def _sponsor(payer: Party) -> Party:
    """Who pays for the day: who pays for the work, and of work that the customer pays, the brand."""
    return Party.BRAND if payer == _CUSTOMER else payer


def _add_remote(found: list[FeeLine], job: JobFacts, rule: FeeRule) -> None:
    part = remote_of(job, rule)
    payer = _payer(job, _promised(job, job.remote_payer))
    if part is None or payer is None:
        return
    key = f"job:{job.job_id}:remote_fee"
    if job.outcome == _AFTER_CHECK_IN:  # the job may be driven to again: this journey has its own key
        key = f"{key}:visit:{_visit(job)}"
    most = job.promised_remote_fen
    if had := min(job.way_paid_fen + job.way_posted_fen, part.amount_fen):
        left, how = part.amount_fen - had, "计" if job.way_posted_fen else "由客户付"
        text = f"{part.text}，同次上门的另一工单已{how} {yuan(had)}，余 {yuan(left)}"
        part, most = Part(part.kind, left, text), None if most is None else max(0, most - job.way_paid_fen)
    if payer == _CUSTOMER and most is not None and part.amount_fen > most:
        more = part.amount_fen - most
        words = f"{part.text}，超出承诺 {yuan(most)} 的部分 {yuan(more)} 由品牌承担"
        above = Part(part.kind, more, words)
        _add(found, job, rule, f"{key}:above_promise", above, Party.BRAND, job.collected_by)
        part = Part(part.kind, most, f"{part.text}，按承诺收 {yuan(most)}")
    _add(found, job, rule, key, part, payer, job.collected_by)


def _promised(job: JobFacts, payer: Party) -> Party:
    """Who was told that he pays; for a trip in vain a customer only where the promise showed it."""
    if job.outcome != _AFTER_CHECK_IN:
        return payer
    if job.trip_by_customer:
        return _CUSTOMER
    return Party.OPERATOR if payer == _CUSTOMER else payer


def _visit(job: JobFacts) -> int:
    if job.visit_id is None:
        raise ValueError(f"job {job.job_id} was given up on site, but names no visit")
    return job.visit_id


def _add_timeliness(found: list[FeeLine], job: JobFacts, rule: FeeRule, bonus_due: bool) -> None:
    """One line per clock: its highest level replaces the lower ones. One under appeal has none until it is decided."""
    for clock in job.clocks:
        part = rule.timely_part(clock)
        if part is None or clock.appealed or (part.kind == "bonus" and not bonus_due):
            continue
        key = f"job:{job.job_id}:timeliness:{clock.kind}:{clock.turn}"
        _add_moved(found, job, rule, key, part, _BONUS if part.kind == "bonus" else _PENALTY)


def _add_quality(found: list[FeeLine], job: JobFacts, rule: FeeRule) -> None:
    """Each bonus once a job: the customer's stars, and work done at the first visit."""
    if job.stars is not None:
        key = f"job:{job.job_id}:rating"
        _add_moved(found, job, rule, key, fee_quality.rated(rule.rating, job.stars), _BONUS)
    if job.first_time:
        key = f"job:{job.job_id}:first_time"
        _add_moved(found, job, rule, key, fee_quality.first_time(rule.first_time_fen), _BONUS)


@lru_cache(maxsize=4096)
def _trip_part(base: Part, units: int, trip_bp: int) -> Part:
    fen = share_of(base.amount_fen * units, trip_bp)
    label = base.text.partition(" ¥")[
        0
    ]  # not how the base came about: a chain of "=" would be wrong arithmetic
    times = f" × {units} 台" if units > 1 else ""
    words = f"空跑费 {label} {yuan(base.amount_fen)}{times} × {percent(trip_bp)} = {yuan(fen)}"
    return Part("trip_fee", fen, words)


def _charge_part(charge: Charge) -> Part:
    fen = charge.unit_fen * charge.quantity
    what = f"{CHARGE_TYPES[charge.type]} {charge.name}"
    return Part(
        "extra", fen, f"{what} {yuan(charge.unit_fen)} × {charge.quantity} {charge.unit} = {yuan(fen)}"
    )
