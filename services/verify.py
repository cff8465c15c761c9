"""`python -m services.verify`: read every event chain and the whole ledger; exit status 1 when anything is broken.

With `--export FILE` the ledger is written to a file that auditors verify offline by `channels/verify_ledger.py`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from domain.money import yuan
from services.balances import recompute
from services.command_line import application
from services.ledger_export import export
from services.queries.chains import verify_all


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="核对事件链与账簿")
    parser.add_argument("--export", type=Path, metavar="FILE", help="只导出账簿，供离线核对")
    given = parser.parse_args(arguments)
    if given.export and given.export.exists():
        parser.error(f"{given.export} 已存在，不覆盖")
    return _export(given.export) if given.export else _verify()


def _export(path: Path) -> int:
    with application("verify") as app, path.open("xb") as file:
        lines, sha256 = export(file, app.extensions["clock"]())
    sys.stdout.write(f"{path}：{lines} 行，SHA-256 {sha256}\n")
    return 0


def _verify() -> int:
    with application("verify"):
        verdict, ledger = verify_all(), recompute()
    for job_id, fault in verdict.broken:
        sys.stdout.write(f"工单 {job_id}：第 {fault.seq} 个事件 {fault.how}\n")
    sys.stdout.write(f"{verdict.jobs} 条事件链，{verdict.events} 个事件，{len(verdict.broken)} 处损坏\n")
    for one in ledger.differences:
        sys.stdout.write(
            f"{one.account} {one.month:%Y-%m}：余额 {yuan(one.kept_fen)}，分录合计 {yuan(one.posted_fen)}\n"
        )
    sys.stdout.write(f"{ledger.balances} 个账户月余额，{len(ledger.differences)} 处不符\n")
    return 1 if verdict.broken or ledger.differences else 0


if __name__ == "__main__":
    raise SystemExit(main())
