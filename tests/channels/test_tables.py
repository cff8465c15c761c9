"""Tables of our own templates: how many rows one may have."""

from __future__ import annotations

import io

import pytest

from channels.refusals import FileTooLarge
from channels.tables import open_table


def test_a_table_of_one_row_too_many_is_refused_and_blank_rows_are_none() -> None:
    """Two rows and a blank one are two; the third row that says something is refused when it is reached."""
    names, records = open_table(io.BytesIO(b"a,b\n1,2\n , \n3,4\n"), ("a",), 2)
    assert names == ("a", "b")
    assert len(list(records)) == 2
    _, more = open_table(io.BytesIO(b"a,b\n1,2\n3,4\n5,6\n"), ("a",), 2)
    with pytest.raises(FileTooLarge, match="2"):
        list(more)
