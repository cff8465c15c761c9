"""What each errcode tells the caller to do."""

import pytest

from domain.errors import DomainError, Invalid, Unavailable
from wechat.errors import (
    ERRCODES,
    Busy,
    Meaning,
    NotAccepted,
    Refused,
    SetupFault,
    Uncertain,
    Unreachable,
    refusal,
)


@pytest.mark.parametrize(
    ("errcode", "kind", "meaning", "retryable", "alarm"),
    [
        (-1, Busy, Meaning.BUSY, True, False),
        (45011, Busy, Meaning.BUSY, True, False),
        (40001, SetupFault, Meaning.TOKEN, True, True),
        (45009, SetupFault, Meaning.QUOTA, True, True),
        (40164, SetupFault, Meaning.CONFIG, False, True),
        (40037, SetupFault, Meaning.CONFIG, False, True),
        (47001, SetupFault, Meaning.BUG, False, True),
        (99999, SetupFault, Meaning.UNKNOWN, False, True),
        (43101, Refused, Meaning.USER_REFUSED, False, False),
        (40003, NotAccepted, Meaning.ADDRESS, False, False),
        (40163, NotAccepted, Meaning.CODE, False, False),
        (40226, NotAccepted, Meaning.RISK, False, False),
        (47003, NotAccepted, Meaning.VALUE, False, False),
        (61010, NotAccepted, Meaning.NO_VISIT, False, False),
    ],
)
def test_an_errcode_says_whether_to_repeat_and_whether_to_wake_somebody(
    errcode: int, kind: type, meaning: Meaning, retryable: bool, alarm: bool
) -> None:
    """Only what may succeed unchanged is repeated, and only what we must repair is an alarm."""
    error = refusal(errcode, "text rid: 65f0c1aa-1b2c3d4e-5f607182")
    assert type(error) is kind
    assert (error.meaning, error.retryable, error.alarm, error.rid) == (
        meaning,
        retryable,
        alarm,
        "65f0c1aa-1b2c3d4e-5f607182",
    )


def test_what_surfaces_to_people_is_either_their_matter_or_a_try_later() -> None:
    """A used code or bad value is Invalid; everything that is ours or WeChat's fault is Unavailable."""
    for errcode, meaning in ERRCODES.items():
        if meaning is not Meaning.USER_REFUSED:
            assert isinstance(refusal(errcode), Invalid) != isinstance(refusal(errcode), Unavailable)
    for error in (Unreachable("x"), Uncertain("x"), Busy(-1)):
        assert isinstance(error, Unavailable)


def test_the_four_outcomes_have_four_codes() -> None:
    """Stable for programs; the title is Chinese and the text for the log is not shown to people."""
    outcomes: list[DomainError] = [refusal(43101), Busy(-1), Unreachable("x"), Uncertain("x")]
    assert [one.code for one in outcomes] == [
        "wechat_refused",
        "wechat_busy",
        "wechat_unreachable",
        "wechat_uncertain",
    ]
    assert all(any("\u4e00" <= char <= "\u9fff" for char in one.detail) for one in outcomes)


def test_uncertain_is_never_retryable() -> None:
    """The message may have arrived."""
    assert not Uncertain("no answer in time").retryable
