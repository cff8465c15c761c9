"""What is kept how long, by hand: `python -m jobs.retention preview|run|verify [--head HASH]`.

preview says what would go, run erases it without waiting for the night, verify reads the chain of erasures and looks
whether what it names is gone from database and store. Exit status 1 when something is not as it should be.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from domain.retention import NAMES, Kind
from services import erasure_proof, retention
from services.command_line import application
from services.erasure_proof import Fault


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("preview", "run", "verify"))
    parser.add_argument("--head", help="of verify: a hash noted earlier that must be in the chain")
    asked = parser.parse_args()
    with application("retention"):
        if asked.what == "verify":
            return _verify(asked.head)
        return _preview() if asked.what == "preview" else _run()


def _preview() -> int:
    for due in retention.preview(datetime.now(UTC)).kinds:
        kept = "，".join(f"{one.name} {one.subjects}" for one in due.kept)
        _say(
            f"{due.name}：保存 {due.months} 个月，到期 {due.subjects}{' 以上' if due.more else ''}"
            f"（照片 {due.photos}），暂留 {kept or '无'}"
        )
    return 0


def _run() -> int:
    done = False
    while not done:
        purged = retention.purge(datetime.now(UTC))
        done = purged.done
        _say("，".join(f"{NAMES[kind]} {getattr(purged, kind)}" for kind in Kind))
    return 0


def _verify(head: str | None) -> int:
    records = faults = 0
    for found in erasure_proof.verify(head):
        if isinstance(found, Fault):
            faults += 1
            _say(f"记录 {found.seq}：{found.what}")
        else:
            records += 1
    newest = erasure_proof.listed(None, 1)
    _say(f"{records} 条删除记录，{faults} 处不符，链尾 {newest[0].hash if newest else '无'}")
    return 1 if faults else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
