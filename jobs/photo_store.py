"""The photo store by hand: `python -m jobs.photo_store check|deep|sweep|move`.

check holds rows and store against each other, deep also hashes every original, sweep collects what no row names,
move takes everything from PHOTO_ROOT to PHOTO_STORE. Exit status 1 when something is missing, damaged or left.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from services.command_line import application
from services.photo_checking import Missing, count, walk
from services.photo_keeping import sweep_orphans
from services.photo_moving import left, move


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("check", "deep", "sweep", "move"))
    what = parser.parse_args().what
    with application("photo_store"):
        if what == "sweep":
            return _sweep()
        return _move() if what == "move" else _check(deep=what == "deep")


def _check(deep: bool) -> int:
    def told(found: Missing | int | None) -> Missing | int | None:
        if isinstance(found, Missing):
            _say(f"照片 {found.photo_id}：{found.key} {'内容不符' if found.damaged else '缺失'}")
        return found

    done = count(map(told, walk(deep)))
    _say(
        f"照片 {done.photos} 张，缺失文件 {done.missing} 个，损坏 {done.damaged} 张，无主原图 {done.unnamed} 张"
    )
    return 1 if done.missing or done.damaged else 0


def _sweep() -> int:
    done = sweep_orphans(datetime.now(UTC))
    _say(f"清理无主原图 {done.originals} 张（{done.size_bytes} 字节），残留文件 {done.scratch} 个")
    return 0


def _move() -> int:
    done = move()
    remains = sum(1 for _ in left())
    _say(f"迁移文件 {done.files} 个（{done.size_bytes} 字节），损坏 {done.damaged} 个，剩余 {remains} 个")
    return 1 if done.damaged or remains else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
