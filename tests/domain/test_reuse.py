"""What the likeness of two photos means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.actors import Role
from domain.evidence_policy import POLICY
from domain.evidence_score import Weighed, score
from domain.finding_words import Code, may_see, reason
from domain.reuse import COPY, RETAKEN, Pair, code_for

APART = Pair(False, False, False, False, False, False)


@pytest.mark.parametrize(
    ("pair", "copy", "retaken"),
    [
        (APART, Code.REUSED, Code.RETAKEN),
        (replace(APART, same_slot=True, before=True), Code.REUSED, Code.RETAKEN),
        (replace(APART, same_job=True, same_slot=True), None, None),
        (replace(APART, same_job=True, same_door=True), Code.DUPLICATE_SLOT, None),
        (replace(APART, same_visit=True), None, None),
        (replace(APART, withdrawn=True), None, None),
        (replace(APART, same_door=True, before=True), None, None),
        (replace(APART, same_door=True), Code.REUSED, None),
    ],
)
def test_who_is_accused_and_who_is_not(pair: Pair, copy: Code | None, retaken: Code | None) -> None:
    """Another job's photo is reused; the same slot, the same visit, and what stands at the door before are not."""
    assert (code_for(pair, COPY), code_for(pair, RETAKEN)) == (copy, retaken)


def test_a_retaken_picture_never_flags_a_job_alone() -> None:
    """Two nameplates of one model look like a photo of a screen: a hint for reviewers, nothing for the dealer."""
    found = [Weighed(Code.RETAKEN, POLICY.weights[Code.RETAKEN])] * 9
    assert not score(found, POLICY).flagged
    assert not may_see(Role.INSTALLER, Code.RETAKEN)
    assert "工单 7 的照片（编号 3，5 天前）" in reason("retaken", {"job_id": 7, "photo_id": 3, "days": 5})
