"""When an installer stopped by a safety complaint works again."""

from __future__ import annotations

from collections.abc import Iterator

from domain.actions import Command
from domain.errors import Fault
from domain.facts import Facts
from domain.job import JobState


def stop_to_lift(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """Somebody is stopped, and somebody has spoken with who reported the danger."""
    if not facts.installer_stopped:
        yield Fault("complaint_id", "not_stopped", "该投诉没有停用师傅，或停用已解除")
    elif not facts.danger_heard:
        yield Fault("complaint_id", "call_first", "请先向客户回电核实，并记录安全回电")
