"""What the likeness of two photos means: an accusation, a hint, or nothing (domain.md §5).

A picture is held against the later photo only. Not against anybody: the same slot of the same job (taken again), jobs
of one visit (one door, one van), the state before work at a door where we were before (a repair may show what was left
behind), and a photo its own installer had withdrawn from the other job (handed in at the wrong job, then put right).
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.finding_words import Code

COPY, RETAKEN = "copy", "retaken"


@dataclass(frozen=True, slots=True)
class Pair:
    """How a later photo stands to an earlier one.

    `before`: the later one's slot shows the state before work. `withdrawn`: the same installer had deleted the
    earlier one before submit. `same_door`: one order line, one parent, or one address.
    """

    same_job: bool
    same_slot: bool
    same_visit: bool
    same_door: bool
    before: bool
    withdrawn: bool


def code_for(pair: Pair, grade: str) -> Code | None:
    """What to write on the later photo; None: reviewers may see it, it weighs nothing.

    Copies: in another slot of the same job `duplicate_slot`, in another job `reused`; retaken pictures of another
    job are `retaken`, which never flags alone.
    """
    if pair.same_job:
        return Code.DUPLICATE_SLOT if grade == COPY and not pair.same_slot and not pair.withdrawn else None
    if pair.same_visit or pair.withdrawn or (pair.same_door and pair.before):
        return None
    if grade == COPY:
        return Code.REUSED
    return None if pair.same_door else Code.RETAKEN
