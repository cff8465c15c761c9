"""The alliance from the signature to the payout, the rebate, and penalties with their appeals, over the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy.exc import DBAPIError

from domain.alliance import NotSignable, OtherText
from domain.declarations import AlreadyVerified, NotOwnMarket
from domain.errors import Invalid, NotFound
from domain.papers import BadPaper
from domain.penalties import AppealClosed, OwnPenalty, Takes
from domain.statements import FourEyes
from models import db
from models.complaint import Complaint
from models.offer import Offer
from services import adjustments, alliance, dealers, declarations, penalties, statements, year_end
from services.notices import drain_with
from services.parts.years import YearPaid
from services.penalties import PenaltyGiven
from services.queries import alliance as reads
from services.queries import money_standing
from services.queries.declarations import declaration, paper
from services.queries.penalties import penalties as listed
from services.sms import LogSms
from tests.rows import rows
from tests.services.money import DAY, accepted, clock, ended, posted, put, second
from tests.uploads import pictures
from tests.worlds import DISTRICT, World

JANUARY = datetime(2026, 1, 5, 2, tzinfo=UTC)
JUNE = datetime(2026, 6, 10, 2, tzinfo=UTC)
PAID = datetime(2027, 2, 3, 2, tzinfo=UTC)
MILLION = 100_000_000
TEXT = "第一条 加盟的经销商按品牌的服务质量要求为线上客户提供服务。"


def joined(world: World, at: datetime = JANUARY) -> int:
    """The first dealer in the alliance since `at`; the agreement's version."""
    made = alliance.publish(world.actor("admin"), TEXT, at.date(), at)
    alliance.sign(world.actor("owner1"), made.version, made.sha256, at)
    return made.version


def verified(world: World, fen: int = MILLION, at: datetime = PAID - 20 * DAY, year: int = 2026) -> int:
    """Offline sales of the first dealer, declared by its owner and verified by finance."""
    made = declarations.declare(world.actor("owner1"), None, year, DISTRICT, fen, at)
    declarations.verify(world.actor("finance"), made.id, fen, None, at)
    return made.id


def shipped(world: World, at: datetime = JUNE, dealer: int = 1) -> int:
    """A job whose goods the dealer supplied itself: ¥1,299.00 online."""
    return ended(world, at=at, dealer=dealer, scheme="dealer_ships", confirmed_at=at, submitted_at=at)


def rewards() -> list[tuple[str, str]]:
    """Kind and legs of the yearly payments in the ledger."""
    return [(entry.kind, entry.legs) for entry in posted()]


def tell(folder: Path) -> None:
    """Send what is owed by then; nobody has WeChat here."""
    drain_with(JUNE, 500, None, LogSms(folder / "sms.log"))  # type: ignore[arg-type]


@pytest.mark.parametrize("online", [0, 3])
def test_a_million_offline_is_fifteen_thousand_on_the_statement_whatever_the_online_volume(
    world: World, online: int
) -> None:
    """S0: ¥1,000,000 × 1.5 % = ¥15,000, none online included; once, however often the year is run."""
    joined(world)
    for _ in range(online):
        shipped(world)
    verified(world)
    assert year_end.run(datetime(2027, 1, 20, tzinfo=UTC)).entries == 0
    first, again = year_end.run(PAID), year_end.run(PAID + DAY)
    statements.draw(date(2027, 2, 1), PAID + DAY)

    assert (first.entries, again.entries, again.held) == (1, 0, 0)
    assert rewards() == [
        ("alliance_reward", f"alliance_reward_expense 1500000, dealer_payable:{world.dealers[0]} -1500000")
    ]
    [line] = rows("SELECT amount_fen FROM statement_line")
    assert line.amount_fen == 1_500_000
    [shown] = [one for one in year_end.lines(2026, 0, 10, PAID) if one.dealer_id == world.dealers[0]]
    assert shown.posted == (shown.reward_text,)


def test_what_was_signed_is_kept_with_the_hash_of_what_was_shown_and_joins(world: World) -> None:
    """Another text than the one asked for is no signature; the database keeps both for ever."""
    owner, admin = world.actor("owner1"), world.actor("admin")
    made = alliance.publish(admin, TEXT, JANUARY.date(), JANUARY)
    with pytest.raises(OtherText):
        alliance.sign(owner, made.id, "0" * 64, JANUARY)
    signed = alliance.sign(owner, made.version, made.sha256, JANUARY)
    with pytest.raises(NotSignable):
        alliance.sign(owner, made.version, made.sha256, JANUARY)
    for table in ("agreement", "agreement_signature"):
        with pytest.raises(DBAPIError, match="append"), db.engine.begin() as tx:
            tx.exec_driver_sql(f"DELETE FROM {table}")

    [line] = reads.signatures(admin, made.version, True, 0, 10)
    assert (line.dealer_id, line.signed_by, line.sha256) == (owner.dealer_id, owner.person_id, made.sha256)
    assert signed.member_since == JANUARY.date()
    [row] = rows("SELECT code, name FROM dealer WHERE alliance")
    dealers.put_dealer(dealers.DealerGiven(row.code, row.name, alliance=False))
    assert len(rows("SELECT 1 FROM dealer WHERE alliance")) == 1


def test_a_dealer_changes_in_what_is_named_alone(world: World) -> None:
    """A new name and no more: outlet, alliance and opening days stay as they were."""
    del world
    whole = dealers.DealerGiven(
        "d-7", "旧名", alliance=True, outlet_lng=120.3, outlet_lat=36.1, opening_days=31
    )
    dealers.put_dealer(whole)
    dealers.put_dealer(dealers.DealerGiven("d-7", "新名", party="company"), ("code", "name", "party"))

    [row] = rows("SELECT name, alliance, outlet_lng, opening_days FROM dealer WHERE code = 'd-7'")
    assert tuple(row) == ("新名", True, 120.3, 31)


def test_a_new_version_names_and_tells_who_has_not_signed_it(world: World, tmp_path: Path) -> None:
    """Members sign it before or after it is in force; until then they are listed, newcomers sign what is in force."""
    joined(world)
    admin, coming = world.actor("admin"), JUNE.date() + timedelta(days=30)
    with pytest.raises(Invalid):
        alliance.publish(admin, TEXT, JANUARY.date(), JUNE)
    new = alliance.publish(admin, TEXT + "第二条", coming, JUNE)
    tell(tmp_path)
    with pytest.raises(NotSignable):
        alliance.sign(world.actor("owner2"), new.version, new.sha256, JUNE)
    [waiting] = reads.signatures(admin, new.version, False, 0, 10)
    before = reads.outlook(world.actor("owner1"), None, None, JUNE + 60 * DAY)
    alliance.sign(world.actor("owner1"), new.version, new.sha256, JUNE)

    assert (new.members, waiting.dealer_id) == (1, world.dealers[0])
    told = rows("SELECT person_id, body FROM inbox_item WHERE template = 'agreement_published'")
    assert [(one.person_id, coming.isoformat() in one.body) for one in told] == [
        (world.people["owner1"], True)
    ]
    assert not before.signed
    assert reads.outlook(world.actor("owner1"), None, None, JUNE + 60 * DAY).signed
    assert reads.signatures(admin, new.version, False, 0, 10) == []


def test_who_left_in_mid_year_is_paid_by_months_and_may_come_back(world: World) -> None:
    """Left on 10 June: five months of twelve, ¥6,250; the door stays open to sign again."""
    agreement = joined(world)
    owner = world.actor("owner1")
    with pytest.raises(NotFound):
        alliance.leave(owner, world.dealers[1], JUNE)
    assert alliance.leave(owner, None, JUNE).left_on == JUNE.date() - timedelta(days=1)
    with pytest.raises(NotFound):
        alliance.leave(owner, None, JUNE)
    verified(world)
    [line] = year_end.lines(2026, 0, 10, PAID)
    assert (line.months, line.reward_fen) == (5, 625_000)
    assert "× 5/12 个月" in line.reward_text
    [known] = rows("SELECT sha256 FROM agreement WHERE version = :version", version=agreement)
    assert alliance.sign(owner, agreement, known.sha256, JUNE + 60 * DAY).member_since == date(2026, 8, 9)


def test_sales_count_as_finance_verified_them_and_not_by_who_entered_them(world: World) -> None:
    """Only in the own market, with papers; less than declared needs a reason, and nobody verifies his own entry."""
    owner, finance = world.actor("owner1"), world.actor("finance")
    with pytest.raises(NotOwnMarket):
        declarations.declare(owner, None, 2026, "110000", MILLION, PAID)
    with pytest.raises(Invalid):
        declarations.declare(owner, None, 2028, DISTRICT, MILLION, PAID)
    with pytest.raises(NotFound):
        declarations.declare(owner, world.dealers[1], 2026, DISTRICT, MILLION, PAID)
    made = declarations.declare(owner, None, 2026, DISTRICT, MILLION, PAID)
    with pytest.raises(BadPaper):
        declarations.attach(owner, made.id, b"MZ", PAID)
    with pytest.raises(BadPaper):
        declarations.attach(owner, made.id, b"\xff\xd8\xff broken", PAID)
    file = declarations.attach(owner, made.id, b"%PDF-1.7 invoice", PAID)
    with pytest.raises(NotFound):
        declaration(world.actor("owner2"), made.id)
    with pytest.raises(Invalid):
        declarations.verify(finance, made.id, MILLION // 2, " ", PAID)
    done = declarations.verify(finance, made.id, MILLION // 2, "含线上销售", PAID)
    with pytest.raises(AlreadyVerified):
        declarations.declare(owner, None, 2026, DISTRICT, MILLION, PAID)
    entered = declarations.declare(finance, world.dealers[1], 2026, DISTRICT, 5, PAID)
    with pytest.raises(FourEyes):
        declarations.verify(finance, entered.id, 5, None, PAID)

    assert (done.state, done.verified_fen) == ("verified", MILLION // 2)
    assert rows("SELECT 1 FROM division WHERE name = :n AND code = :c", n=done.division_name, c=DISTRICT)
    assert paper(finance, made.id, file.id).data == b"%PDF-1.7 invoice"
    assert [one.media for one in declaration(owner, made.id).files] == ["application/pdf"]


def test_a_photographed_paper_is_kept_without_what_the_camera_wrote(world: World) -> None:
    """Where somebody was is no part of it; the picture stays the same, byte by byte."""
    owner, photo = world.actor("owner1"), pictures.phone_jpeg()
    made = declarations.declare(owner, None, 2026, DISTRICT, MILLION, PAID)
    file = declarations.attach(owner, made.id, photo, PAID)
    kept = paper(world.actor("finance"), made.id, file.id).data
    assert b"HUAWEI" in photo
    assert b"HUAWEI" not in kept
    assert Image.open(BytesIO(kept)).tobytes() == Image.open(BytesIO(photo)).tobytes()


def test_a_year_waits_for_its_declarations_and_takes_none_once_it_is_paid(world: World) -> None:
    """Sent back, declared anew, verified: then it is posted, and what comes later goes through the ledger."""
    joined(world)
    owner, finance = world.actor("owner1"), world.actor("finance")
    made = declarations.declare(owner, None, 2026, DISTRICT, MILLION, PAID)
    waiting = year_end.lines(2026, 0, 10, PAID)[0].held
    declarations.refuse(second(world), made.id, "无凭证", PAID)
    assert year_end.run(PAID).entries == 0
    verified(world, at=PAID)
    assert year_end.run(PAID).entries == 1
    with pytest.raises(YearPaid):
        declarations.declare(owner, None, 2026, DISTRICT, MILLION, PAID)
    job_id = ended(world, at=JUNE)
    with pytest.raises(YearPaid):
        penalties.impose(finance, PenaltyGiven(job_id, "agreement", "", 5, Takes.REWARD, year=2026), PAID)
    assert waiting == ("1 份线下销售额申报待核定",)


def test_a_missed_standard_brings_no_reward_until_an_excuse_keeps_it(world: World) -> None:
    """One late job of one is below 90 %; excused it is kept, and the next run pays. Never signed: never paid."""
    joined(world)
    verified(world)
    job_id = ended(world, at=JUNE, submitted_at=JUNE)
    clock(job_id, level=2, dealer_id=world.dealers[0])
    missed = reads.outlook(world.actor("owner1"), None, 2026, PAID)
    assert year_end.run(PAID).entries == 0
    rows("UPDATE breach SET excused_at = now() RETURNING 1")
    assert year_end.run(PAID).entries == 1
    assert (missed.on_course_fen, missed.lost_fen, missed.jobs, missed.late) == (0, 1_500_000, 1, 1)
    assert missed.missed == ("1 单中 0 单准时，未达 90%",)


def test_a_complaint_counts_for_who_had_the_job_then(world: World) -> None:
    """Upheld of the first dealer's time; the second, who finished the job, has none."""
    job_id = ended(world, at=JUNE, dealer=2, submitted_at=JUNE)
    for seq, (dealer, at) in enumerate(
        zip(world.dealers, (JUNE - 9 * DAY, JUNE - 7 * DAY), strict=False), 90
    ):
        accepted(job_id, dealer, at, seq)
        put(Offer, job_id=job_id, dealer_id=dealer, round=seq, status="accepted", offered_at=at, expires_at=at,
            zone="free")  # fmt: skip
    put(Complaint, job_id=job_id, category="attitude", opened_at=JUNE - 8 * DAY, opened_by_role="customer",
        closed_at=JUNE, verdict="upheld")  # fmt: skip
    seen = [reads.outlook(world.actor(f"owner{n}"), None, 2026, PAID).upheld_complaints for n in (1, 2)]
    assert seen == [1, 0]


def test_a_dealer_sees_during_the_year_what_it_is_on_course_for(world: World) -> None:
    """On last year's verified sales; no jobs = kept; a cut is a loss, under appeal it is none."""
    joined(world, datetime(2025, 12, 20, tzinfo=UTC))
    verified(world, at=JANUARY, year=2025)
    owner = world.actor("owner1")
    calm = reads.outlook(owner, None, None, JUNE)
    job_id = ended(world, at=JUNE)
    cut = PenaltyGiven(job_id, "agreement", "拒绝上门", 100_000, Takes.REWARD)
    laid = penalties.impose(world.actor("finance"), cut, JUNE)
    after = reads.outlook(owner, None, None, JUNE)
    penalties.appeal(owner, laid.id, "客户改期", JUNE)

    assert (calm.on_course_fen, calm.lost_fen, calm.basis) == (1_500_000, 0, "上一年核定")
    assert calm.text.startswith("预计联盟奖励 ¥15,000.00；目前已损失 ¥0.00；")
    assert (after.on_course_fen, after.lost_fen) == (1_400_000, 100_000)
    assert reads.outlook(owner, None, None, JUNE).lost_fen == 0
    with pytest.raises(NotFound):
        reads.outlook(world.actor("owner2"), world.dealers[0], None, JUNE)


def test_the_year_end_rebate_counts_what_the_dealer_shipped_itself(world: World) -> None:
    """S1: ¥499,000 offline and ¥1,299 online reach the tier of ¥500,000; sales alone would not. Refunds don't count."""
    terms = {"from_year": 2026, "reward_bp": 0, "tiers": [{"from_fen": 50_000_000, "bp": 100}]}
    assert year_end.add_terms(world.actor("finance"), terms, JUNE).version == 1
    verified(world, 49_900_000)
    assert year_end.run(PAID).entries == 0
    shipped(world)
    shipped(world, dealer=2)
    held = year_end.run(PAID)
    assert (held.entries, held.held) == (1, 1)  # the second dealer has declared nothing
    [entry] = posted()
    assert entry.legs == f"rebate_expense 500299, dealer_payable:{world.dealers[0]} -500299"
    assert (
        "¥499,000.00 + 计入的线上 ¥1,299.00 = ¥500,299.00；¥500,299.00 × 1% = ¥5,002.99（年度政策第 1 版）"
        in entry.memo
    )
    with pytest.raises(Invalid):
        year_end.add_terms(world.actor("finance"), {"from_year": 2025}, JUNE)


def test_a_sale_given_back_after_the_year_was_paid_corrects_its_rebate_in_the_open_month(
    world: World,
) -> None:
    """¥600,000 offline and ¥1,299 online at 1 %: ¥6,012.99; ¥99.00 go back, then the rest; each once, each says why."""
    terms = {"from_year": 2026, "reward_bp": 0, "tiers": [{"from_fen": 1, "bp": 100}]}
    year_end.add_terms(world.actor("finance"), terms, JUNE)
    verified(world, 60_000_000)
    job_id = shipped(world)
    year_end.run(PAID)
    owed = {"job_id": job_id, "order_line_id": world.row(job_id).order_line_id}
    for event, fen, later in ((1, 9_900, 1), (1, 9_900, 2), (2, 129_900, 3)):
        rows("UPDATE order_line SET refunded_fen = :fen", fen=fen)
        told = owed | {"order_event_id": event, "whole": event == 2}
        adjustments.refund_after_close(told, PAID + later * 30 * DAY)

    assert [(one.month.isoformat(), one.legs.split(", ")[0].split(":")[0]) for one in posted()] == [
        ("2027-02-01", "rebate_expense 601299"),
        ("2027-03-01", "dealer_payable"),
        ("2027-03-01", "rebate_expense 601200"),
        ("2027-05-01", "dealer_payable"),
        ("2027-05-01", "rebate_expense 600000"),
    ]
    assert "订单已退款" in posted()[-1].memo
    assert posted()[-1].memo.startswith("更正 2027-03 分录")


def test_a_penalty_is_taken_from_the_next_statement_once(world: World, tmp_path: Path) -> None:
    """Laid on in June with evidence of that job, no more than is set: in July's ledger; the owner is told."""
    job_id, other = ended(world, at=JUNE), ended(world, at=JUNE)
    stray = put(Complaint, job_id=other, category="attitude", opened_at=JUNE, opened_by_role="customer")
    finance = world.actor("finance")
    for wrong in (PenaltyGiven(job_id, "attitude", "", 20_000, complaint_id=stray),
                  PenaltyGiven(job_id, "no_show", "", 1_000_001)):  # fmt: skip
        with pytest.raises(Invalid):
            penalties.impose(finance, wrong, JUNE)
    laid = penalties.impose(finance, PenaltyGiven(job_id, "no_show", "客户张三说没人来", 20_000), JUNE)
    june = penalties.post_due(JUNE + DAY)
    july = JUNE + 25 * DAY
    runs = [penalties.post_due(july), penalties.post_due(july)]
    tell(tmp_path)

    assert (june.posted, [one.posted for one in runs]) == (0, [1, 0])
    [entry] = posted()
    assert (entry.month, entry.memo) == (date(2026, 7, 1), f"处罚 {laid.id} 无故失约 工单 {job_id} ¥200.00")
    assert entry.legs == f"dealer_payable:{world.dealers[0]} 20000, penalty_income -20000"
    assert [one.words for one in listed(world.actor("owner1"), None, False, None, 10)] == ["客户张三说没人来"]
    assert listed(world.actor("owner2"), None, False, None, 10) == []
    assert len(rows("SELECT 1 FROM inbox_item WHERE template = 'penalty_imposed'")) == 1


def test_who_laid_a_penalty_on_does_not_approve_the_statement_that_takes_it(world: World) -> None:
    """Another person does; and only a reward is cut by the year."""
    at, job_id, finance = datetime(2026, 6, 29, 2, tzinfo=UTC), ended(world, at=JUNE), world.actor("finance")
    with pytest.raises(Invalid):
        penalties.impose(finance, PenaltyGiven(job_id, "other", "", 5, year=2026), at)
    penalties.impose(finance, PenaltyGiven(job_id, "other", "", 20_000), at)
    penalties.post_due(at + 3 * DAY)
    statements.draw(date(2026, 7, 1), at + 40 * DAY)
    row = rows("SELECT id FROM statement")[0]
    statements.confirm(world.actor("owner1"), row.id, at + 40 * DAY)
    with pytest.raises(FourEyes):
        statements.approve(finance, row.id, at + 40 * DAY)
    assert statements.approve(second(world), row.id, at + 40 * DAY).status == "approved"


@pytest.mark.parametrize("before", [True, False])
def test_a_won_appeal_takes_a_penalty_back_wherever_it_stands(world: World, before: bool) -> None:
    """Held while the appeal is open; won before it was posted it never is, won afterwards it is reversed."""
    at = datetime(2026, 6, 29, 2, tzinfo=UTC)
    laid = penalties.impose(
        world.actor("finance"), PenaltyGiven(ended(world, at=JUNE), "other", "", 20_000), at
    )
    owner, july = world.actor("owner1"), at + 3 * DAY
    if not before:
        penalties.post_due(july)
    penalties.appeal(owner, laid.id, "照片为证", july)
    with pytest.raises(AppealClosed):
        penalties.appeal(owner, laid.id, "再次申诉", july)
    held = penalties.post_due(july)
    assert money_standing.now().penalties_appealed == int(before)
    with pytest.raises(OwnPenalty):
        penalties.answer(world.actor("finance"), laid.id, True, "同意", july)
    [waiting] = listed(second(world), None, True, None, 10)
    penalties.answer(second(world), laid.id, True, "照片清楚", july + DAY)
    assert penalties.post_due(july + 40 * DAY).posted == held.posted == 0

    assert waiting.answer_due_at is not None
    assert rows(
        "SELECT stopped_at IS NULL AS runs FROM clock WHERE id = (SELECT appeal_clock_id FROM penalty)"
    )[0] == (False,)
    assert rows("SELECT 1 FROM ledger_leg GROUP BY account_id HAVING sum(amount_fen) <> 0") == []
    assert [entry.key for entry in posted()] == (
        [] if before else [f"penalty:{laid.id}", f"penalty:{laid.id}:lifted"]
    )


def test_a_declined_appeal_lets_the_penalty_come(world: World) -> None:
    """It waited for the answer, and comes into the month that is open then; after a week nobody appeals any more."""
    laid = penalties.impose(
        world.actor("finance"), PenaltyGiven(ended(world, at=JUNE), "other", "", 20_000), JUNE
    )
    late = penalties.impose(world.actor("finance"), PenaltyGiven(ended(world, at=JUNE), "other", "", 1), JUNE)
    owner, august = world.actor("owner1"), JUNE + 60 * DAY
    penalties.appeal(owner, laid.id, "不认可", JUNE)
    with pytest.raises(AppealClosed):
        penalties.appeal(owner, late.id, "不认可", JUNE + 8 * DAY)
    with pytest.raises(NotFound):
        penalties.appeal(world.actor("owner2"), late.id, "不认可", JUNE)
    assert penalties.post_due(JUNE + 30 * DAY).posted == 1
    penalties.answer(second(world), laid.id, False, "记录清楚", august)
    assert penalties.post_due(august).posted == 1
    assert {entry.month for entry in posted()} == {date(2026, 7, 1), date(2026, 8, 1)}
