"""Text that shows what it holds."""

from __future__ import annotations

import pytest

from domain.texts import straight


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("\u202d138 0013 8000\u202c", "138 0013 8000"),
        ("张三\u202e款退已", "张三款退已"),
        ("\u2066李四\u2069 \u2067王五\u2068", "李四 王五"),
        ("👨\u200d👩\u200d👧 ok", "👨\u200d👩\u200d👧 ok"),
        ("A-1", "A-1"),
    ],
)
def test_what_turns_text_around_is_left_out_and_nothing_else(sent: str, kept: str) -> None:
    """A number pasted from a phone book is the number; a name can't hide its end; a joined emoji stays one."""
    assert straight(sent) == kept
