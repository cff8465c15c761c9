"""Why people were unhappy: one closed list, and what is read from what they said."""

from __future__ import annotations

import pytest

from domain import reasons
from domain.actions import CATEGORIES
from domain.causes import CAUSES, OF_ABORT, OF_ANSWER, OF_COMPLAINT, is_bad, of_words
from domain.questions import QUESTIONS


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("师傅上门乱收费，没有提前说", "charge_not_told"),
        ("等了三天没人上门安装", "late"),
        ("装上就漏水", "workmanship"),
        ("插座漏电太吓人", "safety"),
        ("外壳碎了", "damage"),
        ("家里插座不匹配，装不了", "not_compatible"),
        ("少发了一包螺丝", "missing_part"),
        ("说明书看不懂", "unclear_instructions"),
        ("安装师傅态度恶劣", "attitude"),
        ("很好，没有乱收费", None),
        ("不漏水，师傅没有迟到", None),
        ("很满意", None),
        ("", None),
    ],
)
def test_words_of_a_service_fault_name_its_cause(words: str, cause: str | None) -> None:
    """What is said not to have been is none."""
    assert of_words(words) == cause


@pytest.mark.parametrize(
    ("score", "words", "bad"),
    [
        (1, "", True),
        (2, "好", True),
        (3, "还行", False),
        (4, "师傅没来，自己装的", True),
        (5, "差点迟到", False),
    ],
)
def test_a_review_is_bad_by_its_stars_or_by_its_words(score: int, words: str, bad: bool) -> None:
    """Five stars are never bad, whatever is told in between."""
    assert is_bad(score, words, worst=2) is bad


def test_every_way_to_say_it_leads_into_the_one_list() -> None:
    """Each complaint has a cause; aborts and answers have one where they say something about the product."""
    assert set(OF_COMPLAINT) == set(CATEGORIES)
    assert set(OF_ABORT) < set(reasons.ABORT)
    assert {cause for _, _, cause in OF_ANSWER} | set(OF_ABORT.values()) | set(OF_COMPLAINT.values()) <= set(
        CAUSES
    )
    codes = {question.code: {option.code for option in question.options} for question in QUESTIONS}
    assert all(answer in codes[question] for question, answer, _ in OF_ANSWER)
