"""The brand's eye: who is in the lot is looked at before the complaint window ends, or nothing would ever close."""

from __future__ import annotations

from demo.world import World

AUDITOR = "稽核"


def look(world: World) -> None:
    """Draw the lot, and look at who is in it."""
    world.runs.do("audit_draws")
    judge(world)


def judge(world: World) -> None:
    """The auditor looks at what waits, and finds the photos as they should be."""
    auditor = world.office.auditor
    lines = [line for line in auditor.every("/audits") if _confirmed(world, line["job_id"])]
    for line in lines:
        auditor.post(f"/audits/{line['job_id']}/verdict", {"verdict": "pass"})
    if lines:
        jobs = "、".join(str(line["job_id"]) for line in lines)
        world.say(AUDITOR, f"抽中 {len(lines)} 单（{jobs}），逐张看过照片，合格", "ok")


def _confirmed(world: World, job_id: int) -> bool:
    """A job that is being mended is looked at afterwards."""
    return bool(world.office.auditor.get(f"/jobs/{job_id}")["status"] == "confirmed")
