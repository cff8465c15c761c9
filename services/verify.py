"""`python -m services.verify`: read every event chain and say which are broken; exit status 1 when any is."""

from __future__ import annotations

import sys

from services.command_line import application
from services.queries.chains import verify_all


def main() -> int:
    """The command line."""
    with application("verify"):
        verdict = verify_all()
    for job_id, fault in verdict.broken:
        sys.stdout.write(f"工单 {job_id}：第 {fault.seq} 个事件 {fault.how}\n")
    sys.stdout.write(f"{verdict.jobs} 条事件链，{verdict.events} 个事件，{len(verdict.broken)} 处损坏\n")
    return 1 if verdict.broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
