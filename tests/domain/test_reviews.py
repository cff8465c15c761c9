"""What dealers read of a customer's own words."""

from __future__ import annotations

import pytest

from domain.reviews import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我家建设路1号漏水", "我家***漏水"),
        ("请到芝罘区 建设路 1 号，打 138 0000 1111 找张三", "请到***，打 *** 找客户"),
        ("建设得不好，1 号来的", "建设得不好，1 号来的"),
        ("漏水", "漏水"),
    ],
)
def test_name_door_and_numbers_one_could_call_are_taken_out_of_what_dealers_read(
    text: str, shown: str
) -> None:
    """Of the address what agrees in four characters or more, however it is spaced."""
    assert masked(text, "张三", "芝罘区建设路 1 号") == shown
    assert masked(text, None) == text.replace("138 0000 1111", "***")
