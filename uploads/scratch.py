"""Files on their way into a store: in a local folder, where a killed upload may leave them."""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO


def into(folder: Path, source: Path | BinaryIO) -> Path:
    """The path itself when it lies in `folder`, else a copy there under a name of its own."""
    if isinstance(source, Path) and source.absolute().parent == folder:
        return source
    part = folder / f"{secrets.token_hex(16)}.part"
    try:
        with part.open("xb") as out:
            if isinstance(source, Path):
                with source.open("rb") as file:
                    shutil.copyfileobj(file, out)
            else:
                shutil.copyfileobj(source, out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def sweep(folder: Path, before: datetime) -> int:
    """Removes what nobody touched since `before`; answers how many."""
    swept = 0
    for part in folder.iterdir():
        with suppress(FileNotFoundError):
            if part.stat().st_mtime < before.timestamp():
                part.unlink()
                swept += 1
    return swept
