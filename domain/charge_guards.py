"""What bars a deed on an extra charge or on the way: answered once, shown or photographed, paid after the yes."""

from __future__ import annotations

from collections.abc import Iterator

from domain.actions import Command
from domain.errors import Fault
from domain.facts import Facts
from domain.job import JobState


def charge_proposed(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """The customer answers a charge once."""
    if facts.charge_status != "proposed":
        yield Fault("charge_id", "charge_answered", "该收费已处理")


def charge_unsettled(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """What is paid is refunded, not withdrawn."""
    if facts.charge_status not in ("proposed", "approved", "refused") or facts.charge_settled:
        yield Fault("charge_id", "charge_settled", "该收费已收款或已撤回")


def charge_approved(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """Money is taken only after the customer's yes."""
    if facts.charge_status != "approved" or facts.charge_settled:
        yield Fault("charge_id", "charge_not_approved", "客户尚未同意该收费，或已收款")


def charge_settled(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """Only what was collected can be disputed afterwards."""
    if facts.charge_status == "disputed":
        yield Fault(
            "charge_id",
            "charge_disputed",
            "该收费已裁定" if facts.charge_ruled else "该收费已有异议，正在处理",
        )
    elif not facts.charge_settled or facts.charge_status != "approved":
        yield Fault("charge_id", "charge_not_settled", "该收费尚未收款")


def shown_or_photographed(_job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """What the promise did not show at this price needs a photo of why."""
    if not facts.charge_shown and command.photo_id is None:
        yield Fault("photo_id", "above_promise_needs_photo", "下单前没有展示过这项收费，请先拍照说明原因")


def remote_disputable(job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """One quarrel over the way at a time, and an agent's ruling ends it."""
    if job.remote_open:
        yield Fault("remote", "remote_open", "远程费争议正在处理")
    if facts.remote_ruled:
        yield Fault("remote", "remote_ruled", "客服已裁定远程费")


def way_ruled(job: JobState, _command: Command, _facts: Facts) -> Iterator[Fault]:
    """Neither silence confirms nor anything closes while it is open who pays the way."""
    if job.remote_open:
        yield Fault("remote", "remote_open", "远程费争议尚未裁定")


def remote_to_rule(job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """An agent rules what is open; silence's ruling may be replaced, an agent's own only with a note why."""
    if not job.remote_open and not facts.remote_ruled:
        yield Fault("remote", "remote_not_open", "没有待裁定的远程费争议")
    elif not job.remote_open and facts.remote_ruled_by_agent and not command.note:
        yield Fault("note", "remote_ruled", "远程费已由客服裁定；更正裁定须填写说明，新的裁定将取代原裁定")


def remote_sum_fits(_job: JobState, command: Command, facts: Facts) -> Iterator[Fault]:
    """A customer's part is named and no more than he was shown; a way beyond the formula needs a price either way."""
    customers = command.outcome == "customer"
    if facts.remote_not_agreed:
        if command.agreed_fen is None:
            yield Fault("agreed_fen", "remote_not_agreed", "金额须先与客户协商，请填写协商价")
    elif customers and not command.agreed_fen:
        yield Fault("agreed_fen", "required", "请填写客户承担的金额")
    elif customers and facts.remote_most_fen is None:
        yield Fault("agreed_fen", "remote_unknown", "远程费金额无法计算，不能由客户承担")
    elif customers and (command.agreed_fen or 0) > (facts.remote_most_fen or 0):
        yield Fault("agreed_fen", "above_promise", "不能高于下单前展示的金额和按规则应收的金额")


RULE_REMOTE = (remote_to_rule, remote_sum_fits)
