"""Bad rows back to people: CSV that Excel opens, the reason beside each, ready to be mended and imported again."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator

from channels.formats import REASON_HEADERS
from channels.parsed import Bad

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Platforms write ="0123" so that a spreadsheet keeps the zeros; a text in quotes, a dash and a sum reckon nothing.
_HARMLESS = re.compile(r'="(?:[^"]|"")*"|-{1,2}|-[0-9]{1,12}(?:\.[0-9]+)?')


def safe_cell(cell: str) -> str:
    """A cell as it was, unless a spreadsheet took it for a formula: `=1+1` → `'=1+1`. Reading again drops the mark."""
    text = cell.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    if not text.lstrip(" \u3000").startswith(_DANGEROUS) or _HARMLESS.fullmatch(text):
        return text
    return f"'{text}"


def reason(bad: Bad) -> str:
    """All faults in one cell."""
    return "；".join(fault.message for fault in bad.faults)


def error_rows(bads: Iterable[Bad]) -> Iterator[tuple[str, ...]]:
    """A header (the file's own after ours), then one row per bad row, as wide as the header; ours alone for none."""
    index = -1
    for index, bad in enumerate(bads):
        skip = len(REASON_HEADERS) if bad.header[: len(REASON_HEADERS)] == REASON_HEADERS else 0
        if index == 0:
            yield (*REASON_HEADERS, *map(safe_cell, bad.header[skip:]))
        cut = [""] * (len(bad.header) - len(bad.raw_cells))  # XLSX leaves out empty cells at the end
        yield (str(bad.row_number), safe_cell(reason(bad)), *map(safe_cell, bad.raw_cells[skip:]), *cut)
    if index < 0:
        yield REASON_HEADERS


def errors_csv(bads: Iterable[Bad]) -> Iterator[bytes]:
    """UTF-8 with BOM, row by row, so that it can be streamed as it is read."""
    yield codecs.BOM_UTF8
    for row in error_rows(bads):
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(row)
        yield line.getvalue().encode("utf-8", "replace")
