"""Draws a statement for people: `python -m channels.statement_pdf IGNORED OUT`, its words on stdin.

A process of its own, as `channels.evidence_pdf` is, with the same paper and font.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Mapping
from typing import Any

from channels.evidence_pdf import Sheet

_WIDTHS = (9, 9, 40, 13, 12, 8, 9)
_MEMORY = 1024 * 1024 * 1024


def draw(told: Mapping[str, Any]) -> bytes:
    """The whole document."""
    paper = Sheet(told["title"])
    paper.set_title(told["title"])
    paper.say(told["title"], 18)
    paper.ln(2)
    paper.rows((22, 78), None, told["facts"], 9)
    for part in told["parts"]:
        paper.heading(part["title"])
        amount, net, tax = part["sums"]
        sums = ("", "", "小计", amount, net, "", tax)
        paper.rows(_WIDTHS, told["heads"], [*part["rows"], sums], 7)
    paper.heading("合计")
    paper.rows((70, 30), None, told["totals"], 10)
    return bytes(paper.output())


def main() -> None:
    """Reads, draws, writes; any fault ends it with a status that is not 0."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told = json.load(sys.stdin)
    with os.fdopen(int(sys.argv[2]), "wb") as file:
        file.write(draw(told))


if __name__ == "__main__":
    main()
