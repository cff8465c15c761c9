"""Telephone numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.phones import Phone, PhoneKind, last_four, mask, parse

R, V, M = PhoneKind.REAL, PhoneKind.VIRTUAL, PhoneKind.MASKED


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("13800138000", Phone(R, "13800138000")),
        ("+86 138-0013-8000", Phone(R, "13800138000")),
        ("0086 13800138000", Phone(R, "13800138000")),
        ("8613800138000", Phone(R, "13800138000")),
        ("１３８００１３８０００", Phone(R, "13800138000")),
        ("0535-6212345", Phone(R, "0535-6212345")),
        ("(010) 6212 3456", Phone(R, "010-62123456")),
        ("86-0535-6212345", Phone(R, "0535-6212345")),
        ("0535-6212345-801", Phone(R, "0535-6212345", "801")),
        ("4008001234", Phone(R, "4008001234")),
        ("13800138000-1234", Phone(V, "13800138000", "1234")),
        ("13800138000转1234", Phone(V, "13800138000", "1234")),
        ("13800138000 转 1234", Phone(V, "13800138000", "1234")),
        ("13800138000,1234", Phone(V, "13800138000", "1234")),
        ("13800138000#1234", Phone(V, "13800138000", "1234")),
        ("138****8000", Phone(M, "138****8000")),
        ("138xxxx8000", Phone(M, "138****8000")),
        ("1*******000", Phone(M, "1*******000")),
        ("138****8000-1234", Phone(M, "138****8000", "1234")),
        ("13800138000/0535-6212345", Phone(R, "13800138000")),
        ("无 / 0535-6212345", Phone(R, "0535-6212345")),
    ],
)
def test_numbers_are_told_apart_and_normalised(typed: str, phone: Phone) -> None:
    """Mobile, landline, service, virtual and masked numbers in the ways shops write them."""
    assert parse(typed) == phone


@pytest.mark.parametrize(
    "typed",
    ["", "12345", "1380013800", "138001380001", "张三", "***********", "0", "١٣٨٠٠١٣٨٠٠٠", "9" * 5000],
)
def test_what_is_no_number_is_none(typed: str) -> None:
    """Nothing is guessed."""
    assert parse(typed) is None


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_exception_and_masking_is_stable(text: str) -> None:
    """parse, mask and last_four accept whatever people type; masking what is masked changes nothing."""
    assert last_four(text) is None or len(last_four(text) or "") == 4
    once = mask(text)
    assert once == "***" or mask(once) == once


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800138000", "138****8000"),
        ("13800138000转1234", "138****8000"),
        ("0535-6212345", "0535-***2345"),
        ("138****8000", "138****8000"),
        ("who knows", "***"),
    ],
)
def test_masking_shows_the_ends_only(phone: str, masked: str) -> None:
    """138****8000."""
    assert mask(phone) == masked


@pytest.mark.parametrize(
    ("phone", "four"),
    [
        ("13800138000", "8000"),
        ("138****8000", "8000"),
        ("0535-6212345", "2345"),
        ("13800138000-1234", None),
        ("1380013****", None),
        ("", None),
    ],
)
def test_the_last_four_digits_prove_an_order_only_when_they_are_the_customers(
    phone: str, four: str | None
) -> None:
    """A virtual number's digits are nobody's to know; hidden ones are unknown."""
    assert last_four(phone) == four
