"""The looking process: `python -m uploads.likeness.worker` reads a request and a picture, answers one line.

A request is a line of JSON with the `size` of the picture that follows it. `words`: the words of this picture, which
stays the one asked about. `compare`: how this picture lies with the one asked about; `later` names which of the two
was received later, `asked` or `given`, and is laid over the other. OpenCV and numpy are loaded here and nowhere else
in the runner; whatever they do to this process, the runner lives.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

from uploads.likeness import whole, words
from uploads.likeness.canvas import Grey, canvases, decoded
from uploads.likeness.compare import Look, compare, look

_ADDRESS_SPACE = 1024**3


def confine() -> None:
    """Bounds this process for good: memory, no core; first to go when memory runs out."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


class Desk:
    """The picture asked about, with its features once they are needed."""

    def __init__(self) -> None:
        self._grey: Grey | None = None
        self._look: Look | None = None

    def answer(self, request: dict[str, Any], data: bytes) -> dict[str, Any]:
        """One request; what is no picture is `refused`."""
        try:
            grey = decoded(data)
        except ValueError as error:
            return {"refused": str(error)}
        return self._words(grey) if request["do"] == "words" else self._compare(grey, request["later"])

    def _words(self, grey: Grey) -> dict[str, Any]:
        self._grey, self._look = grey, None
        seen = canvases(grey)
        return {
            "kept": sorted({*words.kept(seen[0]), *whole.kept(grey)}),
            "asked": sorted({*words.asked(*seen), *whole.asked(grey)}),
        }

    def _compare(self, given: Grey, later: str) -> dict[str, Any]:
        if self._grey is None:
            return {"refused": "nothing was asked about"}
        if self._look is None:
            self._look = look(self._grey)
        if later == "asked":
            verdict = compare(self._look, look(given, mirror=False))
        else:
            verdict = compare(look(given), self._look)
        return {
            "grade": str(verdict.grade),
            "inliers": verdict.inliers,
            "agreement": round(verdict.agreement, 4),
            "share": round(verdict.share, 4),
            "cover": round(verdict.cover, 4),
            "tilt": round(verdict.tilt, 5),
            "mirrored": verdict.mirrored,
            "transform": [round(value, 9) for value in verdict.transform],
        }


def serve(requests: BinaryIO) -> None:
    """Until standard input ends, which it does when the parent is gone, however it went."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # a library that prints must not break the frames
    confine()
    print("{}", file=answers, flush=True)
    desk = Desk()
    for line in requests:
        request = json.loads(line)
        print(json.dumps(desk.answer(request, requests.read(request["size"]))), file=answers, flush=True)


if __name__ == "__main__":
    serve(sys.stdin.buffer)
