"""Lock-outs, session lives, passwords, devices and the spelling of invitations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import (
    INVITATION_LENGTH,
    LIVES,
    PASSWORD_LOCK,
    Life,
    LockRule,
    device,
    expiries,
    password_faults,
    read_invitation,
    spell_invitation,
)
from domain.errors import Invalid
from domain.masking import mask_address, mask_installer, mask_name, mask_phone

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def test_the_fifth_failure_locks_for_a_minute_and_each_further_one_for_twice_as_long() -> None:
    """Four tries are free; the wait doubles and stops at the cap."""
    minutes = [PASSWORD_LOCK.wait(failures).total_seconds() / 60 for failures in range(1, 9)]
    assert minutes == [0, 0, 0, 0, 1, 2, 4, 8]
    assert PASSWORD_LOCK.wait(1000) == PASSWORD_LOCK.cap


@given(st.integers(0, 10_000))
def test_more_failures_never_wait_less(failures: int) -> None:
    """The wait is a rising function of the failures."""
    rule = LockRule(3, timedelta(seconds=7))
    assert rule.wait(failures) <= rule.wait(failures + 1) <= rule.cap


def test_a_session_ends_idle_or_old_or_with_its_link_whichever_comes_first() -> None:
    """A console session of 10:00 idles out at 22:00; nothing outlives its own end."""
    idle, end = expiries(LIVES["console"], NOW, NOW)
    assert (idle - NOW, end - NOW) == (timedelta(hours=12), timedelta(days=7))
    life = Life(timedelta(days=7), timedelta(days=30))
    idle, end = expiries(life, NOW + timedelta(days=29), NOW)
    assert idle == end == NOW + timedelta(days=30)
    idle, end = expiries(LIVES["link"], NOW, NOW, NOW + timedelta(hours=1))
    assert idle == end == NOW + timedelta(hours=1)


@given(st.integers(0, 2**100 - 1))
def test_an_invitation_is_read_as_it_was_spelt_and_as_people_misread_it(number: int) -> None:
    """Lower case, blanks and O, I, L for 0 and 1 make no difference; no bit is lost."""
    code = spell_invitation(number)
    plain = code.replace("-", "")
    assert len(plain) == INVITATION_LENGTH
    misread = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_invitation(misread) == read_invitation(code) == plain


def test_different_numbers_are_spelt_differently() -> None:
    """Each of the 100 bits shows."""
    assert len({spell_invitation(1 << bit) for bit in range(100)}) == 100


@pytest.mark.parametrize(
    ("login", "password", "fields"),
    [
        ("wang", "correct horse 7", []),
        ("W!", "short", ["login", "password"]),
        ("wang", "wang-wang-2026", ["password"]),
        ("wang", "password-of-mine", ["password"]),
        ("wang", "aaaaaaaaaaaa", ["password"]),
        ("wang", "x" * 129, ["password", "password"]),
    ],
)
def test_all_faults_of_a_login_are_told_at_once(login: str, password: str, fields: list[str]) -> None:
    """Malformed login, wrong length and guessable password are separate faults."""
    assert [fault.field for fault in password_faults(login, password)] == fields


def test_a_device_id_is_short_visible_ascii_or_absent() -> None:
    """At most 64 characters; anything else is refused and never stored."""
    assert device(None) is None
    assert device("") is None
    assert device("a" * 64) == "a" * 64
    for wrong in ("a" * 65, "with blank", "设备", "a\n"):
        with pytest.raises(Invalid):
            device(wrong)


def test_masks_show_enough_to_recognise_and_not_enough_to_use() -> None:
    """Name: first character; phone: head and tail; address: to the county; openid: six characters."""
    assert (mask_name("张三丰"), mask_name("欧"), mask_name(None)) == ("张**", "欧*", "")
    assert mask_phone("+8613812348000") == "138****8000"
    assert mask_phone(None) == ""
    assert mask_address("广东省深圳市南山区科技园1号") == "广东省深圳市南山区****"
    assert mask_address("深圳市阳光小区3栋") == "深圳市****"
    assert mask_address("somewhere") == "som****"


def test_a_customer_calls_the_installer_by_surname() -> None:
    """One character, two for compound surnames; a name that is none is nobody's."""
    named = [mask_installer(name) for name in ("王小明", "欧阳峰", "储师傅", "Bob", None)]
    assert named == ["王师傅", "欧阳师傅", "储师傅", "师傅", "师傅"]
