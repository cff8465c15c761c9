"""Fees: the arithmetic in words says what the fen say, and running twice says it twice."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clocks import DEFAULT_POLICIES, ClockKind, Family, Level, Owner, Zone
from domain.errors import Invalid
from domain.fee_facts import Blame, Charge, ClockFact, CollectedBy, JobFacts, Outcome, Scheme
from domain.fee_parts import Part
from domain.fee_reading import read_rule
from domain.fee_remote import RemoteFeeNotAgreed, RemoteRate, km
from domain.fee_rules import BASE_NAMES, CHARGE_TYPES, CLOCK_NAMES, FeeRule, NoFee, rule_on
from domain.fees import dearest, lines, price_of
from domain.job import Kind
from domain.ledger import FeeLine, Parties, Party, entries_for
from domain.money import half_up_fen

DATA = {
    "version": 3,
    "effective_from": "2026-01-01",
    "categories": [{"code": "heater", "name": "电热水器"}, {"code": "hood", "name": "油烟机"}],
    "base": [
        {"category": "heater", "zone": "free", "fen": 8000},
        {"category": "heater", "zone": "remote", "fen": 8800},
        {"category": "heater", "zone": "free", "scheme": "dealer_ships", "fen": 7001},
        {"category": "heater", "zone": "free", "kind": "repair", "fen": 7000},
        {"category": "hood", "zone": "free", "fen": 9005},
        {"category": "hood", "zone": "remote", "fen": 9500},
    ],
    "remote": [
        {"zone": "free", "free_m": 20000, "per_km_fen": 200},
        {"zone": "remote", "free_m": 10000, "per_km_fen": 155, "cap_fen": 6000},
        {"category": "hood", "zone": "free", "free_m": 15000, "per_km_fen": 333, "km_rounding": "up"},
    ],
    "timeliness": [
        {"clock": "arrive", "level": "met", "fen": 500},
        {"clock": "arrive", "level": "breach", "fen": 2000},
        {"clock": "arrive", "level": "severe", "fen": 5000},
        {"clock": "finish", "level": "breach", "fen": 3000},
    ],
}
RULE = read_rule(DATA)
JOB = JobFacts(123, 7, Kind.INSTALL, "heater", Zone.FREE, Scheme.SHARE)
DRILL = Charge(45, 6, "墙面打孔", "个", 2, 5000, CollectedBy.BRAND)


def texts(job: JobFacts, rule: FeeRule = RULE) -> list[str]:
    return [line.text for line in lines(job, rule)]


def keys(job: JobFacts, rule: FeeRule = RULE) -> list[str]:
    return [line.key for line in lines(job, rule)]


def late(level: Level | None, kind: ClockKind = ClockKind.ARRIVE, **change: object) -> ClockFact:
    return replace(ClockFact(kind, Family.DEALER, Owner.DEALER, level), **change)


def test_the_base_fee_says_its_words_per_unit() -> None:
    """One line per piece, key without the rule version, from the operator to the dealer."""
    first, second = lines(replace(JOB, units=2), RULE)
    assert first == FeeLine(
        "job:123:base_fee:unit:1",
        123,
        "base_fee",
        8000,
        Party.OPERATOR,
        Party.DEALER,
        3,
        "基础安装费 电热水器 免费区 ¥80.00",
    )
    assert second.key == "job:123:base_fee:unit:2"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"zone": Zone.REMOTE}, "基础安装费 电热水器 远程区 ¥88.00"),
        ({"scheme": Scheme.DEALER_SHIPS}, "基础安装费 电热水器 免费区 ¥70.01"),
        ({"scheme": Scheme.DEALER_SHIPS, "zone": Zone.REMOTE}, "基础安装费 电热水器 远程区 ¥88.00"),
        ({"scheme": Scheme.EXCLUSIVE}, "基础安装费 电热水器 免费区 独家 ¥80.00 × 110% = ¥88.00"),
        (
            {"category": "hood", "scheme": Scheme.EXCLUSIVE},
            "基础安装费 油烟机 免费区 独家 ¥90.05 × 110% = ¥99.06",
        ),
        ({"kind": Kind.REPAIR}, "基础维修费 电热水器 免费区 ¥70.00"),
    ],
)
def test_the_base_fee_goes_by_category_zone_scheme_and_kind(change: dict, text: str) -> None:
    """A row of its own first; else exclusive is the normal fee and 10 %, dealer_ships the normal fee."""
    assert texts(replace(JOB, **change)) == [text]


def test_work_without_a_rate_is_refused() -> None:
    """A fee nobody set is not zero."""
    with pytest.raises(NoFee):
        lines(replace(JOB, category="lamp"), RULE)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"distance_m": None}, None),
        ({"distance_m": 20_049}, None),
        ({"distance_m": 20_050}, "远程费 (20.1 km − 20 km) × ¥2.00 = ¥0.20"),
        ({"distance_m": 23_400}, "远程费 (23.4 km − 20 km) × ¥2.00 = ¥6.80"),
        ({"distance_m": 80_049}, "远程费 (80 km − 20 km) × ¥2.00 = ¥120.00"),
        ({"distance_m": 11_000, "zone": Zone.REMOTE}, "远程费 (11 km − 10 km) × ¥1.55 = ¥1.55"),
        ({"distance_m": 60_000, "zone": Zone.REMOTE}, "远程费 (60 km − 10 km) × ¥1.55 = ¥77.50，封顶 ¥60.00"),
        ({"distance_m": 15_001, "category": "hood"}, "远程费 (15.1 km − 15 km) × ¥3.33 = ¥0.33"),
        ({"distance_m": 93_000, "agreed_remote_fen": 18_000}, "远程费 93 km，超过 80 km，协商价 ¥180.00"),
        ({"distance_m": None, "agreed_remote_fen": 18_000}, "远程费 距离未测得，协商价 ¥180.00"),
        ({"distance_m": 23_400, "agreed_remote_fen": 18_000}, "远程费 (23.4 km − 20 km) × ¥2.00 = ¥6.80"),
        ({"distance_m": 93_000, "carries_remote": False}, None),
    ],
)
def test_the_remote_fee_says_its_arithmetic(change: dict, expected: str | None) -> None:
    """Kilometres rounded by the rule, beyond the free radius, capped, agreed beyond 80 km, once per visit."""
    remote = [line for line in lines(replace(JOB, **change), RULE) if line.kind == "remote_fee"]
    assert [line.text for line in remote] == ([expected] if expected else [])
    assert all(line.key == "job:123:remote_fee" for line in remote)


def test_beyond_the_formula_somebody_must_have_agreed() -> None:
    """93 km without an agreed amount is refused, not guessed."""
    with pytest.raises(RemoteFeeNotAgreed):
        lines(replace(JOB, distance_m=93_000), RULE)


def test_at_the_edge_of_the_free_radius_there_is_no_remote_fee() -> None:
    """Exactly 20 km is free: no part of ¥0.00 in the promise, nothing for the visit to carry."""
    assert price_of(RULE, "heater", Zone.FREE, distance_m=20_000).remote is None
    assert dearest([replace(JOB, distance_m=20_000)], RULE) is None


@pytest.mark.parametrize(("distance_m", "capped"), [(50_000, False), (50_100, True)])
def test_the_cap_is_named_only_when_it_takes_something_away(distance_m: int, capped: bool) -> None:
    """At exactly ¥60.00 the arithmetic says it all."""
    rate = RemoteRate(Zone.FREE, free_m=20_000, per_km_fen=200, cap_fen=6_000)
    part = price_of(replace(RULE, remote=(rate,)), "heater", Zone.FREE, distance_m=distance_m).remote
    assert (part.amount_fen, "封顶" in part.text) == (6_000, capped)


def test_a_zone_without_a_rate_has_no_remote_fee() -> None:
    """Free everywhere is a rule, too."""
    assert texts(replace(JOB, distance_m=60_000), replace(RULE, remote=())) == [
        "基础安装费 电热水器 免费区 ¥80.00"
    ]


def test_the_dearest_job_of_a_visit_carries_the_remote_fee() -> None:
    """The hood's rate is dearer; of equals the first; within the radius nobody carries one."""
    heater, hood = (
        replace(JOB, distance_m=30_000, job_id=1),
        replace(JOB, distance_m=30_000, job_id=2, category="hood"),
    )
    assert dearest([heater, hood], RULE) == 2
    assert dearest([replace(heater, job_id=9), heater], RULE) == 1
    assert dearest([replace(heater, distance_m=5_000)], RULE) is None


@pytest.mark.parametrize("metres", [0, 100, 999, 20_000, 23_400, 100_000])
def test_distances_are_written_without_needless_zeros(metres: int) -> None:
    """20 km, 23.4 km, 100 km: and they read back exactly."""
    number, unit = km(metres).split()
    assert (Fraction(number) * 1000, unit) == (metres, "km")
    assert not (number.endswith("0") and "." in number)


def test_a_charge_the_brand_collected_is_owed_to_the_dealer() -> None:
    """The customer's money passes through clearing."""
    [_, extra] = lines(replace(JOB, charges=(DRILL,)), RULE)
    assert (extra.key, extra.text) == ("job:123:extra:charge:45", "打孔费 墙面打孔 ¥50.00 × 2 个 = ¥100.00")
    assert (extra.debit, extra.credit, extra.amount_fen) == (Party.CUSTOMER, Party.DEALER, 10_000)


@pytest.mark.parametrize("hands", [CollectedBy.DEALER, CollectedBy.INSTALLER])
def test_a_charge_collected_on_site_is_only_a_memo(hands: CollectedBy) -> None:
    """The dealer has its money; the statement must not pay it again."""
    [_, extra] = lines(replace(JOB, charges=(replace(DRILL, collected_by=hands),)), RULE)
    assert (extra.debit, extra.credit, extra.amount_fen) == (None, None, 10_000)


def test_a_remote_fee_the_customer_pays_goes_by_who_collected_it() -> None:
    """Through clearing, or a memo; the base stays the operator's."""
    job = replace(JOB, distance_m=23_400, remote_payer=Party.CUSTOMER)
    assert [line.debit for line in lines(job, RULE)] == [Party.OPERATOR, Party.CUSTOMER]
    assert [line.debit for line in lines(replace(job, collected_by=CollectedBy.DEALER), RULE)] == [
        Party.OPERATOR,
        None,
    ]


def test_before_check_in_a_lost_visit_pays_nothing() -> None:
    """Nobody drove."""
    assert lines(replace(JOB, outcome=Outcome.BEFORE_CHECK_IN, distance_m=23_400), RULE) == ()


def test_after_check_in_a_lost_visit_pays_half_the_base_and_the_way() -> None:
    """Keyed by the visit, since the job may be driven to again."""
    job = replace(JOB, outcome=Outcome.AFTER_CHECK_IN, visit_id=9, units=2, distance_m=23_400)
    assert texts(job) == [
        "空跑费 基础安装费 电热水器 免费区 ¥80.00 × 2 台 × 50% = ¥80.00",
        "远程费 (23.4 km − 20 km) × ¥2.00 = ¥6.80",
    ]
    assert keys(job) == ["job:123:trip_fee:visit:9", "job:123:remote_fee:visit:9"]


def test_a_lost_visit_must_say_which() -> None:
    """Without the visit a second lost one would vanish into the first."""
    with pytest.raises(ValueError, match="visit"):
        lines(replace(JOB, outcome=Outcome.AFTER_CHECK_IN), RULE)


def test_after_submit_the_full_base_is_paid_without_bonus() -> None:
    """The work was done, under the same key as ever."""
    job = replace(JOB, outcome=Outcome.AFTER_SUBMIT, clocks=(late(None),))
    assert keys(job) == ["job:123:base_fee:unit:1"]


@pytest.mark.parametrize(
    ("blame", "first", "promised", "payer"),
    [
        (Blame.DEALER, None, Party.OPERATOR, None),
        (Blame.DEALER, 7, Party.OPERATOR, None),
        (Blame.DEALER, 5, Party.OPERATOR, Party.DEALER_AT_FAULT),
        (Blame.GOODS, None, Party.OPERATOR, Party.BRAND),
        (Blame.LOGISTICS, None, Party.OPERATOR, Party.BRAND),
        (Blame.CUSTOMER, None, Party.OPERATOR, Party.BRAND),
        (Blame.CUSTOMER, None, Party.CUSTOMER, Party.CUSTOMER),
        (None, None, Party.OPERATOR, Party.OPERATOR),
    ],
)
def test_a_second_visit_is_paid_by_fault(blame, first, promised, payer) -> None:
    """The dealer's own fault pays nothing, another dealer's is charged to it, else the brand or as promised."""
    job = replace(
        JOB,
        kind=Kind.SECOND_VISIT,
        blame=blame,
        dealer_at_fault_id=first,
        payer=promised,
        remote_payer=promised,
        distance_m=23_400,
        clocks=(late(None),),
    )
    found = [line.debit for line in lines(job, RULE)]
    assert found == ([] if payer is None else [payer, payer, Party.BONUS])


def test_proven_fraud_forfeits_the_base_fee_only() -> None:
    """The journey was real."""
    assert keys(replace(JOB, base_forfeited=True, distance_m=23_400)) == ["job:123:remote_fee"]


@pytest.mark.parametrize(
    ("clock", "text"),
    [
        (late(None), "时效奖励 上门按时 ¥5.00"),
        (late(Level.NOTICE), "时效奖励 上门按时 ¥5.00"),
        (late(Level.BREACH), "时效扣款 上门超时 ¥20.00"),
        (late(Level.SEVERE), "时效扣款 上门严重超时 ¥50.00"),
        (late(Level.SEVERE, ClockKind.FINISH), "时效扣款 完工严重超时 ¥30.00"),
        (late(None, ClockKind.FINISH), None),
        (late(Level.BREACH, excused=True), None),
        (late(Level.SEVERE, excused=True), None),
        (late(Level.BREACH, family=Family.PLATFORM), None),
        (late(Level.BREACH, owner=Owner.AGENT), None),
        (late(Level.BREACH, ClockKind.CONFIRM, family=Family.NONE, owner=Owner.CUSTOMER), None),
    ],
)
def test_timeliness_is_paid_by_clock_and_level(clock: ClockFact, text: str | None) -> None:
    """Severe replaces breach and never adds; only the brand's clocks of the dealer; never when excused."""
    assert texts(replace(JOB, clocks=(clock,)))[1:] == ([text] if text else [])


def test_a_penalty_is_owed_by_the_dealer_even_when_nothing_is_paid() -> None:
    """A late second visit of its own fault costs the dealer; clocks of one kind are told apart by turn."""
    clocks = (late(Level.BREACH), late(Level.BREACH, turn=2))
    found = lines(replace(JOB, kind=Kind.SECOND_VISIT, blame=Blame.DEALER, clocks=clocks), RULE)
    assert [line.key for line in found] == ["job:123:timeliness:arrive:1", "job:123:timeliness:arrive:2"]
    assert {(line.debit, line.credit) for line in found} == {(Party.DEALER, Party.PENALTY)}


def test_the_clocks_with_money_are_the_dealers_own() -> None:
    """Exactly the dealer-family clocks owned by the dealer have a name on a statement."""
    owned = {p.kind for p in DEFAULT_POLICIES if (p.family, p.owner) == (Family.DEALER, Owner.DEALER)}
    assert set(CLOCK_NAMES) == owned


def test_kinds_and_charge_types_are_all_named() -> None:
    """Every kind of work has a word, and Tmall has ten types."""
    assert set(BASE_NAMES) == set(Kind)
    assert sorted(CHARGE_TYPES) == list(range(1, 11))


JOBS = st.builds(
    JobFacts,
    job_id=st.integers(1, 10**6),
    dealer_id=st.just(7),
    kind=st.sampled_from(Kind),
    category=st.sampled_from(["heater", "hood"]),
    zone=st.sampled_from(Zone),
    scheme=st.sampled_from(Scheme),
    units=st.integers(1, 5),
    outcome=st.sampled_from(Outcome),
    visit_id=st.integers(1, 99),
    distance_m=st.none() | st.integers(0, 120_000),
    agreed_remote_fen=st.integers(1, 50_000),
    payer=st.sampled_from([Party.OPERATOR, Party.CUSTOMER]),
    collected_by=st.sampled_from(CollectedBy),
    blame=st.none() | st.sampled_from(Blame),
    dealer_at_fault_id=st.sampled_from([None, 5, 7]),
    charges=st.lists(
        st.builds(
            Charge,
            charge_id=st.integers(1, 10**6),
            type=st.integers(1, 10),
            name=st.sampled_from(["墙面打孔", "加长管路"]),
            unit=st.sampled_from(["个", "米"]),
            quantity=st.integers(1, 20),
            unit_fen=st.integers(1, 20_000),
            collected_by=st.sampled_from(CollectedBy),
        ),
        max_size=3,
        unique_by=lambda charge: charge.charge_id,
    ).map(tuple),
    clocks=st.sets(st.sampled_from(ClockKind)).map(
        lambda kinds: tuple(late(Level.BREACH, kind) for kind in kinds)
    ),
)


def evaluated(text: str) -> int:
    """The fen that the words of a line come to: read from the text alone, never from its own result."""
    words, _, cap = text.partition("，封顶 ¥")
    formula = words.rpartition(" = ")[0] or words
    if "协商价" in formula:
        formula = formula.split("协商价")[1]
    formula = re.sub(r"[^\d.()×−%]", "", formula.replace("独家", ""))
    formula = re.sub(r"(\d+(?:\.\d+)?)%", r"Fraction('\1')/100", formula)
    formula = re.sub(r"(?<!')\b\d+(?:\.\d+)?\b(?!')", lambda m: f"Fraction('{m[0]}')", formula)
    exact = eval(formula.replace("×", "*").replace("−", "-"), {"Fraction": Fraction}) * 100
    fen = half_up_fen(exact.numerator, exact.denominator)
    return min(fen, int(Fraction(cap) * 100)) if cap else fen


@given(job=JOBS)
def test_the_words_of_every_line_come_to_its_amount(job: JobFacts) -> None:
    """Anybody with the text and a pencil gets the same fen."""
    for line in lines(job, RULE):
        assert evaluated(line.text) == line.amount_fen > 0


def test_the_pencil_can_disagree() -> None:
    """The check above would notice a wrong text."""
    assert evaluated("远程费 (23.4 km − 20 km) × ¥2.00 = ¥9.99") == 680
    assert evaluated("基础安装费 油烟机 免费区 独家 ¥90.05 × 110% = ¥99.06") == 9906
    assert evaluated("远程费 (60 km − 10 km) × ¥1.55 = ¥77.50，封顶 ¥60.00") == 6000


@given(job=JOBS)
def test_running_twice_or_under_a_newer_rule_gives_the_same_keys(job: JobFacts) -> None:
    """Keys are unique within the job and free of the rule version; the same rule gives the same lines."""
    newer = replace(RULE, version=4)
    found = lines(job, RULE)
    assert lines(job, RULE) == found
    assert [line.key for line in lines(job, newer)] == [line.key for line in found]
    assert len({line.key for line in found}) == len(found)
    assert {line.rule_version for line in lines(job, newer)} <= {4}


@given(job=JOBS)
def test_every_job_posts_entries_that_sum_to_zero(job: JobFacts) -> None:
    """One entry for each line that is no memo."""
    found = lines(job, RULE)
    entries = entries_for(found, Parties(7, 9, 5), date(2026, 3, 1))
    assert len(entries) == sum(line.debit is not None for line in found)
    assert sum(leg.amount_fen for entry in entries for leg in entry.legs) == 0


@given(job=JOBS)
def test_a_promise_and_the_fee_say_the_same(job: JobFacts) -> None:
    """The price before the purchase is the base and remote lines after it, words and fen."""
    job = replace(job, outcome=Outcome.COMPLETED, blame=None, charges=(), clocks=())
    price = price_of(
        RULE, job.category, job.zone, job.scheme, job.kind, job.units, job.distance_m, job.agreed_remote_fen
    )
    parts = [price.base] * job.units + ([price.remote] if price.remote else [])
    found = lines(job, RULE)
    assert [Part(line.kind, line.amount_fen, line.text) for line in found] == parts
    assert price.total_fen == sum(line.amount_fen for line in found)


def test_a_price_beyond_the_formula_is_open_until_agreed() -> None:
    """The promise says negotiated and names no total."""
    open_price = price_of(RULE, "heater", Zone.FREE, distance_m=93_000)
    assert (open_price.negotiated, open_price.remote, open_price.total_fen) == (True, None, None)
    assert (
        price_of(RULE, "heater", Zone.FREE, distance_m=93_000, agreed_remote_fen=18_000).total_fen == 26_000
    )


def test_the_rule_in_force_is_the_latest_begun() -> None:
    """By effective date, then by version; before the first there is none."""
    spring = replace(RULE, version=4, effective_from=date(2026, 3, 1))
    amended = replace(spring, version=5)
    rules = [spring, amended, RULE]
    assert rule_on(rules, date(2026, 2, 28)) == RULE
    assert rule_on(rules, date(2026, 3, 1)) == amended
    assert rule_on(rules, date(2025, 12, 31)) is None


def faults(**change: object) -> dict[str, str]:
    """What reading the rule says about it after a change."""
    with pytest.raises(Invalid) as refusal:
        read_rule({**deepcopy(DATA), **change})
    return {fault.field: fault.code for fault in refusal.value.errors}


def test_all_faults_of_a_rule_come_at_once() -> None:
    """Wrong types, ranges, unknown words, fields missing and unknown, each with its path."""
    found = faults(
        version=0,
        effective_from="1 March",
        trip_bp=True,
        surprise=1,
        categories=[{"code": "heater"}],
        base=[{"category": "heater", "zone": "moon", "fen": 80.0}, 5],
        remote={},
    )
    assert found == {
        "version": "bad_value",
        "effective_from": "bad_value",
        "trip_bp": "bad_value",
        "surprise": "unknown_field",
        "categories[0].name": "required",
        "base[0].zone": "bad_value",
        "base[0].fen": "bad_value",
        "base[1]": "not_an_object",
        "remote": "not_a_list",
    }


def test_rows_that_contradict_each_other_are_faults() -> None:
    """Doubles, categories nobody defined, a free radius beyond the end of the formula."""
    base = {"category": "heater", "zone": "free", "fen": 8000}
    found = faults(
        base=[base, {**base, "fen": 1}, {**base, "category": "lamp"}],
        remote=[
            {"zone": "free", "free_m": 80_000, "per_km_fen": 200},
            {"category": "lamp", "zone": "free", "free_m": 1, "per_km_fen": 200},
        ],
    )
    assert found == {
        "base[1]": "duplicate",
        "base[2].category": "unknown_category",
        "remote[0].free_m": "beyond_negotiated",
        "remote[1].category": "unknown_category",
    }


def test_a_rule_without_any_base_fee_is_a_fault() -> None:
    """It could pay nobody."""
    assert faults(base=[]) == {"base": "required"}


@pytest.mark.parametrize("data", [None, [], "rule", 5])
def test_a_rule_must_be_an_object(data: object) -> None:
    """Anything else is one fault."""
    with pytest.raises(Invalid) as refusal:
        read_rule(data)
    assert [fault.code for fault in refusal.value.errors] == ["not_an_object"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("clock", "confirm"),
        ("clock", "audit"),
        ("level", "notice"),
        ("fen", -1),
        ("fen", 10**12),
        ("clock", None),
    ],
)
def test_only_clocks_that_may_carry_money_can_be_priced(field: str, value: object) -> None:
    """No bonus on the customer's clock, none on a notice, no negative or absurd amounts."""
    row = {"clock": "arrive", "level": "met", "fen": 500, field: value}
    assert faults(timeliness=[row]) == {f"timeliness[0].{field}": "bad_value"}


def test_a_customer_pays_no_more_of_the_way_than_was_promised() -> None:
    """¥6.80 by the rule, ¥5.00 promised: the brand bears ¥1.80, each with its words; paid at the door it is a memo."""
    job = replace(JOB, distance_m=23_400, remote_payer=Party.CUSTOMER, promised_remote_fen=500)
    above, own = [line for line in lines(job, RULE) if line.kind == "remote_fee"]
    at_door = replace(job, promised_remote_fen=None, collected_by=CollectedBy.DEALER)
    memo = [line for line in lines(at_door, RULE) if line.kind == "remote_fee"]

    assert [(line.debit, line.amount_fen) for line in (above, own)] == [
        (Party.BRAND, 180),
        (Party.CUSTOMER, 500),
    ]
    assert above.key == "job:123:remote_fee:above_promise"
    assert own.text.endswith("按承诺收 ¥5.00")
    assert [(line.debit, line.credit, line.amount_fen) for line in memo] == [(None, None, 680)]


@pytest.mark.parametrize(("shown", "payer"), [(True, Party.CUSTOMER), (False, Party.BRAND)])
def test_a_trip_in_vain_is_the_customers_only_where_the_promise_showed_it(shown: bool, payer: Party) -> None:
    """By his own fault, after check-in; what the brand never said, nobody owes it."""
    job = replace(
        JOB,
        outcome=Outcome.AFTER_CHECK_IN,
        visit_id=9,
        blame=Blame.CUSTOMER,
        trip_by_customer=shown,
        remote_payer=Party.CUSTOMER,
    )
    assert {line.debit for line in lines(job, RULE)} == {payer}


def test_a_coverages_own_radius_is_what_the_fee_is_made_by() -> None:
    """10 km free at ¥3 in this division, whatever the rule says elsewhere."""
    job = replace(JOB, distance_m=12_000, free_m=10_000, per_km_fen=300)
    fee = [line.text for line in lines(job, RULE) if line.kind == "remote_fee"]
    assert fee == ["远程费 (12 km − 10 km) × ¥3.00 = ¥6.00"]
