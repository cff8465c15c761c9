"""What bars a deed on an extra charge: each is answered once, and paid only after the customer's yes."""

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
    if not facts.charge_settled or facts.charge_status != "approved":
        yield Fault("charge_id", "charge_not_settled", "该收费尚未收款")
