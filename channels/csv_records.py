"""CSV lines into cells, so that one bad quote costs one row and not the rest of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from channels.parsed import Record
from channels.refusals import Blanks
from channels.text_lines import Lines, Overlong
from domain.errors import Fault

MOST_LINES_PER_ROW = 50
_TOO_LONG = Fault("", "line_too_long", "这一行太长，已跳过")
_BAD_QUOTES = Fault("", "bad_quotes", "双引号不成对，无法分列")


def records(lines: Lines, delimiter: str, width: int) -> Iterator[Record]:
    """Rows after the header that are not blank, numbered from 2.

    `width` is the header's: a row over several lines must have as many. `FileTooLarge` for too many blank ones.
    """
    number, blanks, nothing = 1, Blanks(), f" \t{delimiter}"
    while (line := lines.pop()) is not None:
        number += 1
        if isinstance(line, Overlong):
            yield Record(number, (str(line),), _TOO_LONG)
        elif not line.strip(nothing):
            blanks.another()
        elif '"' not in line:
            yield Record(number, tuple(line.split(delimiter)))
        else:
            yield _quoted(number, line, lines, delimiter, width)


def _quoted(number: int, line: str, lines: Lines, delimiter: str, width: int) -> Record:
    """A quote left open runs on: if no row of the right width comes of it, only its first line is bad."""
    taken: list[str] = []
    try:
        cells = next(csv.reader(_feed(line, lines, taken), delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        cells = []
    if cells and (not taken or len(cells) == width):
        return Record(number, tuple(cells))
    lines.push(taken)
    return Record(number, tuple(line.split(delimiter)), _BAD_QUOTES)


def _feed(line: str, lines: Lines, taken: list[str]) -> Iterator[str]:
    yield line + "\n"
    while len(taken) < MOST_LINES_PER_ROW and (more := lines.pop()) is not None:
        taken.append(more)
        if isinstance(more, Overlong):
            return
        yield more + "\n"
