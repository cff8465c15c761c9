"""Has documents drawn as a PDF by a process of its own: evidence packs (`channels.evidence_pdf`), statements.

The library that draws and its font take 80 MB, which no web worker should keep. What the two exchange lies in unnamed
files: whoever is killed when, nothing stays behind.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfileobj
from threading import BoundedSemaphore
from typing import Any, BinaryIO

from domain.errors import Unavailable

AT_ONCE = 2  # per web process
SECONDS = 120.0
_ROOT = Path(__file__).resolve().parent.parent
_ENVIRONMENT = {"PYTHONPATH": str(_ROOT), "PATH": "", "LC_ALL": "C.UTF-8"}
_turns = BoundedSemaphore(AT_ONCE)


def drawn(folder: Path, photos: Iterable[tuple[int, BinaryIO]], manifest: Mapping[str, Any]) -> BinaryIO:
    """The PDF at its beginning; each photo (id, JPEG) is read and closed before the next one is asked for.

    Unavailable when others are being drawn for too long, or it failed.
    """
    with _turn(), tempfile.TemporaryFile(dir=folder) as pictures:
        places = _gathered(photos, pictures)
        return _ask(folder, "channels.evidence_pdf", pictures, {"manifest": manifest, "photos": places})


def statement(folder: Path, told: Mapping[str, Any]) -> BinaryIO:
    """The PDF of a statement (`domain.statement_sheet.printed`) at its beginning; Unavailable as above."""
    with _turn(), tempfile.TemporaryFile(dir=folder) as nothing:
        return _ask(folder, "channels.statement_pdf", nothing, told)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=SECONDS / 2):
        raise Unavailable("正在生成其他文件，请稍后重试")
    try:
        yield
    finally:
        _turns.release()


def _gathered(photos: Iterable[tuple[int, BinaryIO]], into: BinaryIO) -> dict[int, tuple[int, int]]:
    """All pictures one behind the other; where each begins and how long it is."""
    places = {}
    for photo_id, file in photos:
        begins = into.tell()
        with closing(file):
            copyfileobj(file, into)
        places[photo_id] = (begins, into.tell() - begins)
    into.flush()
    return places


def _ask(folder: Path, module: str, pictures: BinaryIO, document: Mapping[str, Any]) -> BinaryIO:
    out = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - it is the caller's
    descriptors = (pictures.fileno(), out.fileno())
    command = [sys.executable, "-P", "-s", "-m", module, *map(str, descriptors)]
    try:
        subprocess.run(  # noqa: S603
            command,
            input=json.dumps(document).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_ENVIRONMENT,
            pass_fds=descriptors,
            timeout=SECONDS,
            check=True,
        )
        out.seek(0)
    except (subprocess.SubprocessError, OSError) as error:
        out.close()
        raise Unavailable("PDF 生成失败，请稍后重试") from error
    return out
