"""What bars a move. A guard looks at the job, the command and the facts loaded for it, and names every fault.

A guard never stops at the first fault: `submit` answers with all of them, so that an installer walks back
into the flat once and not four times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from domain import delivery
from domain.actions import Action, Command
from domain.errors import Fault
from domain.facts import Facts
from domain.geo import Place
from domain.job import JobState, Kind, Status
from domain.lateness import SKEW
from domain.serials import normal

SHORTEST_WINDOW, LONGEST_WINDOW = timedelta(minutes=15), timedelta(hours=14)
BOOKING_HORIZON = timedelta(days=180)
DEVICE_OF_DEALER = Fault("device", "device_of_dealer", "该设备曾用于网点账号，不能代客户同意")

Guard = Callable[[JobState, Command, Facts], Iterator[Fault]]


def address_resolved(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """Only a resolved address may be dispatched."""
    if not facts.address_resolved:
        yield Fault("address", "address_unresolved", "地址尚未确认，请先在地址队列中处理")


def payment_agreed(job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """A repair is dispatched when it is known who pays, and if that is the customer, after his yes."""
    if job.kind == Kind.REPAIR and not facts.payment_agreed:
        yield Fault("payer", "payment_open", "费用由谁承担尚未确定，或客户尚未同意报价")


def offer_open(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """An offer can be answered once, while it is open."""
    if not facts.offer_open:
        yield Fault("offer_id", "offer_gone", "该派单已失效或已被其他网点接走")


def self_install(_job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """Never advised for gas or fixed wiring."""
    if command.outcome == "done" and not facts.self_install_allowed:
        yield Fault("outcome", "self_install_unsafe", "该产品不支持自行安装")


def no_open_child(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """A second visit under way must end first."""
    if job.open_children:
        yield Fault("status", "child_open", "还有二次上门工单未完结")


def reopenable(job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """What was handed in has earned its fee and is mended as a repair; a second visit is ruled anew."""
    if job.submitted_at is not None:
        yield Fault("status", "already_submitted", "工单已提交过完工，不能重新打开，请另建维修单")
    if job.parent_id is not None and job.status == Status.CANCELLED:
        yield Fault("status", "second_visit_over", "二次上门已取消，请在原工单重新裁定")
    if facts.customer_erased:
        yield Fault("customer", "customer_erased", "客户信息已删除，不能再派单")


def installer_fit(_job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """Of this dealer, active, skilled, certified; says everything that is wrong."""
    if command.installer_id:
        for message in facts.installer_faults:
            yield Fault("installer_id", "installer_unfit", message)


def installer_named(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """Booked means: somebody comes, and the customer knows when."""
    if job.installer_id is None:
        yield Fault("installer_id", "installer_missing", "请先指派师傅")


def window_fit(_job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """A window lies ahead, within half a year and visiting hours, and is neither a moment nor a day and a night."""
    window = command.window
    if window is None:
        return
    if window.end <= facts.now:
        yield Fault("window", "window_past", "预约时间已过")
    if window.start > facts.now + BOOKING_HORIZON:
        yield Fault("window", "window_too_far", "预约时间不能超过 180 天")
    if not SHORTEST_WINDOW <= window.end - window.start <= LONGEST_WINDOW:
        yield Fault("window", "window_length", "预约时段应在 15 分钟到 14 小时之间")
    yield from facts.visiting.faults(window.start, window.end)


def window_fit_if_any(job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """Resuming with a window books it, which needs an installer too."""
    if command.window is not None:
        yield from window_fit(job, command, facts)
        yield from installer_named(job, command, facts)


def contact_ahead(_job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """The next contact lies ahead."""
    if command.next_contact_at is not None and command.next_contact_at <= facts.now:
        yield Fault("next_contact_at", "contact_past", "下次联系时间应在将来")


def one_next_step(job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """Suspended with either a new appointment or a next-contact time: never both, never neither."""
    if (command.window is None) == (command.next_contact_at is None):
        yield Fault("window", "one_next_step", "请填写新的预约时段或下次联系时间之一")
    yield from window_fit(job, command, facts)
    yield from contact_ahead(job, command, facts)


def next_step_if_suspended(job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """An aborted visit that will be taken up again says when the customer is called."""
    if command.outcome == "suspended":
        if command.next_contact_at is None:
            yield Fault("next_contact_at", "required", "请填写下次联系时间")
        yield from contact_ahead(job, command, facts)


def not_held(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """A hold bars check-in until an agent clears it."""
    if job.held is not None:
        yield Fault("held", "held", "工单已被暂缓，须由客服解除")


def is_held(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """Only what is held can be released."""
    if job.held is None:
        yield Fault("held", "not_held", "工单没有被暂缓")


def not_delivered(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """Goods are delivered once."""
    if job.delivered_at is not None:
        yield Fault("delivered_at", "already_delivered", "已记录送达时间")


def delivered_in_reason(_job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """Nothing was delivered tomorrow, before it was ordered, or further back than anybody remembers."""
    if command.moment is None:
        return
    if command.moment > facts.now + SKEW:
        yield Fault("moment", "in_future", "送达时间不能在将来")
    yield from delivery.faults(command.moment, facts.ordered_at, facts.now, facts.delivered_back)


def wanted_in_time(_job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """A day that can be booked: a wish for 2099 would be a clock that never runs."""
    if command.moment is not None and command.moment > facts.now + BOOKING_HORIZON:
        yield Fault("moment", "too_far", "期望日期不能超过 180 天")


def place_explained(_job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """Outside the circle: a reason and a photo. Unknown is no pass and no bar."""
    if facts.place == Place.OUTSIDE:
        if command.reason is None:
            yield Fault("reason", "outside_needs_reason", "不在客户地址附近，请选择原因")
        if command.photo_id is None:
            yield Fault("photo_id", "outside_needs_photo", "不在客户地址附近，请先拍一张现场照片")


def evidence_asked(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """After submit, photos are taken only when the audit asked for them."""
    if job.audit != "evidence_asked":
        yield Fault("audit", "evidence_not_asked", "当前不需要补充照片")


def slots_filled(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """Every required slot has a photo or a waiver."""
    for code, name in facts.missing_slots:
        yield Fault(f"slots.{code}", "slot_missing", f"缺少照片：{name}")


def serials_given(job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """One well-formed serial number per unit, each another."""
    if len(command.serial_numbers) != job.units:
        yield Fault("serial_numbers", "serial_count", f"应填写 {job.units} 个序列号")
    if len({normal(serial) for serial in command.serial_numbers}) != len(command.serial_numbers):
        yield Fault("serial_numbers", "serial_repeated", "序列号不能重复")
    yield from facts.serial_faults


def charges_settled(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """Each charge is paid, recorded as collected, or withdrawn."""
    if facts.unsettled_charges:
        yield Fault("charges", "charges_open", f"还有 {facts.unsettled_charges} 项收费未结清")


def code_right(_job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """A code, when one is used, must be the customer's."""
    if facts.code_matches is False:
        name = "收费确认码" if command.action == Action.APPROVE_CHARGE else "验收码"
        yield Fault("code", "code_wrong", f"{name}不正确")


def own_device(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """A yes from a device the dealer's people ever used is void."""
    if facts.device_of_dealer:
        yield DEVICE_OF_DEALER


def nothing_open(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """No open charge, dispute or complaint. Who pays the way is no question of the work."""
    if job.open_charges:
        yield Fault("charges", "charges_open", "还有收费未结清")
    if job.dispute_open:
        yield Fault("dispute", "dispute_open", "争议尚未裁定")
    if job.open_complaints:
        yield Fault("complaints", "complaint_open", "投诉尚未了结")


def silence_was_shown(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """Silence is a yes only where the promise said so."""
    if not job.silence_confirms:
        yield Fault("silence", "silence_not_shown", "下单时未约定默认验收")


def no_dispute(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """One dispute at a time."""
    if job.dispute_open:
        yield Fault("dispute", "dispute_open", "已提出异议，等待裁定")


def something_to_rule(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """An agent rules on a dispute; without one the customer's word or silence stands."""
    if not job.dispute_open:
        yield Fault("dispute", "nothing_to_rule", "没有需要裁定的异议")


def rework_only(job: JobState, command: Command, _facts: Facts) -> Iterator[Fault]:
    """A confirmed job without a dispute can only be ruled into rework."""
    if command.outcome != "rework" and not job.dispute_open:
        yield Fault("outcome", "already_confirmed", "工单已验收")


def waives_or_done(job: JobState, command: Command, _facts: Facts) -> Iterator[Fault]:
    """Rework ends when its child has closed, or an agent waives it and the child is gone."""
    if command.outcome != "confirmed":
        yield Fault("outcome", "already_rework", "工单已在返工中")
    if job.open_children:
        yield Fault("status", "child_open", "二次上门工单未完结，请先取消或完结")


def not_rated(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """One rating a job."""
    if facts.rated:
        yield Fault("rating", "already_rated", "已经评价过")


def not_audited(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """Drawn once."""
    if job.audit != "not_sampled":
        yield Fault("audit", "already_sampled", "已在稽核中")


def evidence_given(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """Supplemented is what a photo was added to."""
    if not facts.supplemented:
        yield Fault("photos", "nothing_supplemented", "请先补拍照片")


def audit_waiting(job: JobState, command: Command, _facts: Facts) -> Iterator[Fault]:
    """A verdict needs an audit that waits for one; evidence that never comes bars no final one."""
    unheard = job.audit == "evidence_asked" and command.outcome != "evidence"
    if job.audit != "waiting" and not unheard:
        yield Fault("audit", "audit_not_waiting", "该工单不在待稽核状态")


def complaint_open(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """Only an open complaint of this job is answered or closed."""
    if not facts.complaint_open:
        yield Fault("complaint_id", "complaint_not_open", "该投诉不存在或已了结")


def queued(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """Only what waits for an agent can be attended to."""
    if job.queue is None:
        yield Fault("queue", "not_queued", "该工单不在待办队列中")


def audit_over(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """Passed, or never sampled."""
    if job.audit not in ("not_sampled", "passed"):
        yield Fault("audit", "audit_open", "稽核尚未结束")


def complaint_window_over(job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """Seven days to complain."""
    if job.complaints_until is None or job.complaints_until > facts.now:
        yield Fault("complaints", "complaint_window_open", "投诉期未过")


OFFER: tuple[Guard, ...] = (address_resolved, payment_agreed)
SUBMIT: tuple[Guard, ...] = (not_held, slots_filled, serials_given, charges_settled)
CONFIRM: tuple[Guard, ...] = (nothing_open, code_right, own_device)
CLOSE: tuple[Guard, ...] = (nothing_open, no_open_child, audit_over, complaint_window_over)
