"""A report as a file for a spreadsheet: UTF-8 with BOM, Chinese headings, no cell taken for a formula, and below the
rows how they are to be read."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.errors_file import safe_cell
from domain.reports import Definition, Period
from services.queries.reports.asking import Report

NOTES = "口径说明"


@dataclass(frozen=True, slots=True)
class Headed:
    """What a file of rows is called, its columns with their headings, and how it is to be read."""

    title: str
    heads: Mapping[str, str]
    definition: Definition


def written(report: Headed | Report[Any], period: Period, rows: Sequence[Any]) -> bytes:
    """The whole file."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(report.heads.values())
    sheet.writerows([_cell(getattr(row, name)) for name in report.heads] for row in rows)
    sheet.writerow([])
    sheet.writerow([NOTES, f"{report.title} {period.since} 至 {period.until}"])
    sheet.writerows([heading, safe_cell(told)] for heading, told in report.definition.lines())
    return codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return safe_cell("、".join(value))
    return safe_cell(value) if isinstance(value, str) else "" if value is None else str(value)
