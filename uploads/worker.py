"""The helper process: `python -m uploads.worker LIMITS` reads one photo per line and answers one line.

It holds no secret, no socket and no database; it may die on any photo, and its parent starts another.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile, _imaging

from domain.errors import DomainError
from uploads.facts import to_frame
from uploads.limits import Limits
from uploads.render import process

_KEPT_PAGES = 128 * 1024 * 1024 // resource.getpagesize()
_MAX_WRITTEN_BYTES = 64 * 1024 * 1024


def confine(limits: Limits) -> None:
    """Bounds this process for good: memory, files, descriptors, no core; first to go when memory runs out."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.address_space, limits.address_space))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_WRITTEN_BYTES, _MAX_WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def allow_cpu(seconds: int) -> None:
    """Lets this process live for `seconds` more of CPU; past that the kernel ends it with SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def give_memory_back() -> None:
    """Returns to the kernel what a large PNG, WebP or HEIC needed; JPEG stays below and reuses its pages."""
    with contextlib.suppress(OSError, AttributeError):  # not Linux, not glibc: nothing to give back
        if int(Path("/proc/self/statm").read_text().split()[1]) > _KEPT_PAGES:
            _imaging.clear_cache()
            ctypes.CDLL(None).malloc_trim(0)


def answer(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """One photo: `{"path", "sha256", "size_bytes", "targets": [[side, path]]}` to facts or a refusal."""
    targets = [(int(side), Path(path)) for side, path in request["targets"]]
    try:
        return to_frame(
            process(Path(request["path"]), request["sha256"], request["size_bytes"], targets, limits)
        )
    except DomainError as refused:
        return {"refused": refused.code, "detail": refused.detail}


def main() -> None:
    """Serves until standard input ends, which it does when the parent is gone, however it went."""
    limits = Limits(**json.loads(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # a codec that prints must not break the frames
    confine(limits)
    print("{}", file=answers, flush=True)
    for line in sys.stdin:
        allow_cpu(limits.cpu_seconds)
        print(json.dumps(answer(json.loads(line), limits)), file=answers, flush=True)
        give_memory_back()


if __name__ == "__main__":
    main()
