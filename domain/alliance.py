"""The alliance's yearly reward: 1.5 % of a dealer's offline sales in its own market, whatever its online volume.

It needs a signature on the agreement in force and the standard kept; it is paid by the months of membership, and
penalties cut it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from domain.errors import Conflict
from domain.ledger import Account, Entry, Leg, account
from domain.money import BP, half_up_fen, percent, whole, yuan
from domain.year_terms import YearTerms

MONTHS = 12


class OtherText(Conflict):
    """What was shown is not the agreement that was to be signed; it is shown again."""

    code = "other_text"
    title = "展示的协议文本与要签署的版本不一致"


class NotSignable(Conflict):
    """An agreement that a newer one has replaced, or one signed already."""

    code = "not_signable"
    title = "该版本协议不能签署"


def fingerprint(text: str) -> str:
    """What a signature names: the SHA-256 of the text's UTF-8, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Span:
    """A membership: its first day and, once over, its last one."""

    joined: date
    left: date | None = None


def months_of(spans: Iterable[Span], year: int) -> int:
    """How many months of the year count: those at whose last day the dealer was a member.

    Joined on 15 July: 6. Left on 10 September: 8. A month counts once, however often one came and went.
    """
    ends = [date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in range(1, MONTHS + 1)]
    known = tuple(spans)
    return sum(
        any(one.joined <= end and (one.left is None or end <= one.left) for one in known) for end in ends
    )


@dataclass(frozen=True, slots=True)
class Record:
    """A dealer's year so far: jobs done, how many of them late and not excused, complaints upheld."""

    jobs: int = 0
    late: int = 0
    upheld: int = 0


def late_allowed(jobs: int, on_time_bp: int) -> int:
    """How many of so many jobs may be late: at 90 % of 25 jobs 2, since 22 ÷ 25 is 88 %."""
    return jobs * (BP - on_time_bp) // BP


def missed(record: Record, terms: YearTerms) -> tuple[str, ...]:
    """Why the standard is not kept, in words; empty when it is. No jobs, no complaints: kept."""
    reasons = []
    if record.late > late_allowed(record.jobs, terms.on_time_bp):
        on_time = record.jobs - record.late
        reasons.append(f"{record.jobs} 单中 {on_time} 单准时，未达 {percent(terms.on_time_bp)}")
    if record.upheld > terms.complaints_most:
        reasons.append(f"成立投诉 {record.upheld} 件，超过 {terms.complaints_most} 件")
    return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Reward:
    """`gross_fen` − `cut_fen` = `fen`, never below nothing; the arithmetic in words."""

    gross_fen: int
    cut_fen: int
    text: str

    @property
    def fen(self) -> int:
        """What is paid."""
        return self.gross_fen - self.cut_fen


def reward(year: int, sales_fen: int, months: int, cuts: Iterable[int], terms: YearTerms) -> Reward:
    """The reward of a year for sales in fen, months of membership and cuts in fen; the online volume is no argument.

    ¥1,000,000.00 × 1.5 % = ¥15,000.00; a member for 6 months: ¥7,500.00.
    """
    if not 0 <= whole(months, "months") <= MONTHS:
        raise ValueError(f"{months} of twelve months")
    gross = half_up_fen(whole(sales_fen) * terms.reward_bp * months, BP * MONTHS)
    taken = [whole(cut) for cut in cuts]
    cut = min(gross, sum(taken))
    text = f"{year} 年度联盟奖励 线下销售额 {yuan(sales_fen)} × {percent(terms.reward_bp)}"
    if months < MONTHS:
        text += f" × {months}/{MONTHS} 个月"
    if cut:
        text += f" − 处罚扣减 {yuan(cut)}（{len(taken)} 笔）"
    return Reward(gross, cut, f"{text} = {yuan(gross - cut)}（{terms.name}）")


def reward_key(year: int, dealer_id: int) -> str:
    """Once per dealer and year, whatever the version of the terms."""
    return f"alliance_reward:{year}:dealer:{dealer_id}"


def reward_entry(year: int, dealer_id: int, due: Reward, month: date) -> Entry:
    """¥15,000.00 → alliance_reward_expense +1500000, dealer_payable:7 −1500000. The brand's, whoever runs the shops."""
    return brand_pays(reward_key(year, dealer_id), "alliance_reward", dealer_id, due.fen, due.text, month)


_EXPENSES = {
    "alliance_reward": Account.ALLIANCE_REWARD_EXPENSE,
    "year_rebate": Account.REBATE_EXPENSE,
}


def brand_pays(key: str, kind: str, dealer_id: int, fen: int, text: str, month: date) -> Entry:
    """A yearly payment of the brand to a dealer, from the expense account of its kind."""
    legs = (Leg(account(_EXPENSES[kind]), fen), Leg(account(Account.DEALER_PAYABLE, dealer_id), -fen))
    return Entry(key, month, legs, text, kind=kind)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a member is on course for. `late_left`, `complaints_left`: how many more before the standard is missed."""

    on_course_fen: int
    lost_fen: int
    late_left: int
    complaints_left: int
    missed: tuple[str, ...]
    text: str


def outlook(due: Reward, record: Record, terms: YearTerms, signed: bool = True) -> Outlook:
    """The running view: ¥15,000.00, nothing lost, 20 jobs and none late at 90 %: two late jobs left.

    A standard that is missed loses the whole, until later jobs on time or an excuse bring it back. Who has not signed
    the agreement in force has lost nothing yet, but is not paid.
    """
    reasons = missed(record, terms)
    fen = 0 if reasons else due.fen
    late = max(0, late_allowed(record.jobs, terms.on_time_bp) - record.late)
    complaints = max(0, terms.complaints_most - record.upheld)
    words = f"预计联盟奖励 {yuan(fen)}；目前已损失 {yuan(due.gross_fen - fen)}；"
    if reasons:
        words += f"目前未达标：{'，'.join(reasons)}"
    else:
        words += f"再多 {late} 单超时、{complaints} 件成立投诉以内仍达标"
    if not signed:
        words += "；联盟协议尚未签署，签署后方可发放"
    return Outlook(fen, due.gross_fen - fen, late, complaints, reasons, words)
