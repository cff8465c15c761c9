"""The looking process as the runner sees it: started when first needed, renewed now and then, buried when it dies.

No import of OpenCV here: 70 MB that a runner between two searches does not hold.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_ROOT = Path(__file__).resolve().parent.parent
_ENVIRONMENT = {"PYTHONPATH": str(_ROOT), "PATH": "", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"}
_ENVIRONMENT |= {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
_MOST_ANSWER_BYTES = 256 * 1024
ANSWERS_EACH = 5000
"""After so many a process is replaced, should a library leak."""
WAIT_S = 30.0

COPY, RETAKEN, STRANGER = "copy", "retaken", "stranger"


class LookFailed(Exception):
    """The process died, took too long, or the file was no picture; says which, for the one who looks into it."""


class NoPicture(LookFailed):
    """The bytes are no picture; the process lives."""


@dataclass(frozen=True, slots=True)
class Words:
    """Under which words a picture is kept, and for which it asks."""

    kept: tuple[int, ...]
    asked: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """How the later picture lies on the earlier; see `uploads.likeness.compare.Verdict`."""

    grade: str
    inliers: int
    agreement: float
    share: float
    cover: float
    tilt: float
    mirrored: bool
    transform: tuple[float, ...]


class Looker:
    """`with Looker() as looker:` words of one picture, then comparisons with it. Used by one thread."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._process: subprocess.Popen[bytes] | None = None
        self._answers = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def pid(self) -> int | None:
        """The process id, for monitoring; None when none runs."""
        return None if self._process is None else self._process.pid

    def words(self, picture: bytes) -> Words:
        """The words of a rendition (some 40 ms), which stays the one asked about. LookFailed."""
        if self._answers >= ANSWERS_EACH:
            self.end()
        answer = self._ask({"do": "words"}, picture)
        return Words(tuple(answer["kept"]), tuple(answer["asked"]))

    def compare(self, given: bytes, *, asked_is_later: bool) -> Seen:
        """The picture asked about beside this one (some 40 ms), the later one laid on the earlier. LookFailed."""
        later = "asked" if asked_is_later else "given"
        answer = self._ask({"do": "compare", "later": later}, given)
        return Seen(**{**answer, "transform": tuple(answer["transform"])})

    def end(self) -> None:
        """Ends the process; harmless when there is none."""
        process, self._process, self._answers = self._process, None, 0
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _ask(self, request: dict[str, Any], picture: bytes) -> dict[str, Any]:
        try:
            process = self._process or self._start()
            assert process.stdin is not None
            self._answers += 1
            process.stdin.write(json.dumps({**request, "size": len(picture)}).encode() + b"\n" + picture)
            process.stdin.flush()
            answer = self._read(process)
        except (OSError, LookFailed) as error:
            self.end()
            raise LookFailed(str(error) or type(error).__name__) from error
        if "refused" in answer:
            raise NoPicture(str(answer["refused"]))
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        """Afresh, no fork of a runner with threads; it inherits no descriptor, no setting and no secret."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "uploads.likeness.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_ENVIRONMENT,
            start_new_session=True,
        )
        self._read(self._process)
        return self._process

    def _read(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        assert process.stdout is not None
        descriptor, deadline, answer = process.stdout.fileno(), time.monotonic() + self._wait_s, b""
        ready = select.poll()
        ready.register(descriptor, select.POLLIN)
        while not answer.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not ready.poll(left * 1000):
                raise LookFailed(f"no answer in {self._wait_s:.0f} s")
            chunk = os.read(descriptor, _MOST_ANSWER_BYTES)
            answer += chunk
            if not chunk or len(answer) > _MOST_ANSWER_BYTES:
                raise LookFailed(f"the looking process ended with {process.wait() if not chunk else 'noise'}")
        frame: dict[str, Any] = json.loads(answer)
        return frame
