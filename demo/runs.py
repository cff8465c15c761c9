"""Scheduled work on demand: an admin asks for a run, the runner takes it; the story waits until it is on record."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from demo.caller import Caller, Json
from demo.stage import Stage

PATIENCE_S = 60.0
PAUSE_S = 0.1
# What goes on all day; in this order one pass leaves little to the next.
WATCH = ("expire_offers", "dispatch", "sla", "auto_confirm", "confirm_reminders", "close", "notices")


@dataclass
class Runs:
    """Asks and waits. `failed` are runs that ended with an error."""

    admin: Caller
    stage: Stage
    failed: list[str] = field(default_factory=list)

    def do(self, *tasks: str) -> dict[str, Json]:
        """Run these tasks now, in this order; what each counted."""
        asked = {int(self.admin.post("/runs", {"task": task})["id"]): task for task in tasks}
        counts = {}
        for run_id, task in asked.items():
            run = self._finished(task, run_id)
            if run["error"]:
                self.failed.append(f"{task}: {run['error']}")
            counts[task] = dict(run["counts"])
        return counts

    def _finished(self, task: str, run_id: int) -> Json:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for run in self.admin.get("/runs", task=task, limit=5)["items"]:
                if run["id"] == run_id and (run["finished_at"] or run["error"]):
                    return dict(run)
            time.sleep(PAUSE_S)
        raise TimeoutError(f"{task}: 没有定时任务进程处理 / no runner took run {run_id}")
