"""`make run`: everything on one machine, from nothing to the played story, stopped by one Ctrl-C."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from demo import people, postgres
from demo.doors import only_one, require_free
from demo.environment import environment
from demo.places import PostgresTrouble, data_folder
from demo.plan import Choices, Once, Service, Step, steps
from demo.processes import Guard, StartFailed, Stopped, Supervisor, heed_signals

ROOT = Path(__file__).parents[1]
LOGINS = "logins.txt"  # the demo brand writes who may sign in, and how, for the person at the screen


def say(line: str) -> None:
    """One line to the person, at once."""
    print(line, flush=True)


def main() -> int:
    """Run the demo in this checkout; 0 after Ctrl-C, 1 with the reason said when something failed."""
    heed_signals()
    try:
        choices = Choices.read(os.environ)
        with only_one(ROOT / "var" / "run.lock", f"http://{choices.host}:{choices.port}"):
            return _with_postgres(ROOT / "var", choices)
    except (StartFailed, PostgresTrouble) as trouble:
        say(f"✗ {trouble}")
        return 1
    except Stopped:
        return 0


def _with_postgres(var: Path, choices: Choices) -> int:
    data = data_folder(var / "postgres")
    if data.parent != var:
        say(
            f"  {var} 对 PostgreSQL 的用户不可达，数据另放 / is closed to PostgreSQL's user; "
            f"data lies in {data}"
        )
    try:
        server = postgres.start(data)
        say(f"✓ PostgreSQL: {data}")
        database_url = postgres.create_database(server, "tuozhuang")
        environ = environment(
            var, database_url, choices.host, choices.port, choices.stand_in_port, os.environ
        )
        guard = Guard(
            "PostgreSQL", lambda: postgres.postmaster(data) is not None, lambda: postgres.start(data)
        )
        return serve(var, steps(ROOT, choices, environ), environ, guard, stay=choices.story != "only")
    finally:
        postgres.stop(data)
        say("  已全部停止 / all stopped")


def serve(
    var: Path, plan: Sequence[Step], environ: Mapping[str, str], guard: Guard | None, *, stay: bool
) -> int:
    """Take the steps, then watch until somebody stops us; everything started is stopped on every way out."""
    supervisor = Supervisor(var, environ, say)
    left = supervisor.sweep()
    if left:
        say(f"  上次运行遗留的 {left} 个进程已结束 / ended {left} processes that a killed run had left")
    shutil.rmtree(environ.get("PROMETHEUS_MULTIPROC_DIR", var / "metrics"), ignore_errors=True)
    Path(environ.get("PROMETHEUS_MULTIPROC_DIR", var / "metrics")).mkdir(parents=True)
    try:
        if guard:
            supervisor.guard(guard)
        _check_doors(plan)
        failed = [step.title for step in plan if not _take(supervisor, step)]
        if stay:
            _show(var, plan, environ)
            supervisor.wait_until(lambda: False, None)
        return 1 if failed else 0
    except Stopped as asked:
        say(f"\n  {asked}：正在停止 / stopping …")
        return 0
    finally:
        supervisor.stop()


def _check_doors(plan: Sequence[Step]) -> None:
    for step in plan:
        if isinstance(step, Service) and step.door:
            require_free(*step.door)


def _take(supervisor: Supervisor, step: Step) -> bool:
    """Take one step; False when it failed and the rest makes sense without it."""
    if isinstance(step, Once):
        return _run_once(supervisor, step)
    supervisor.start(step.program)
    supervisor.wait_ready(step.program.name, step.ready)
    say(f"✓ {step.title} {step.address}".rstrip())
    return True


def _run_once(supervisor: Supervisor, step: Once) -> bool:
    status = supervisor.run(step.program, on_screen=step.on_screen)
    if status == 0:
        say(f"✓ {step.title}")
        return True
    tail = "" if step.on_screen else supervisor.log_tail(step.program.name)
    trouble = f"{step.title} 失败 / failed ({status})\n{tail}".rstrip()
    if step.vital:
        raise StartFailed(trouble)
    say(f"✗ {trouble}")
    return False


def _show(var: Path, plan: Sequence[Step], environ: Mapping[str, str]) -> None:
    say("")
    for step in plan:
        if isinstance(step, Service) and step.address:
            say(f"  {step.title}: {step.address}")
            for title, path in step.pages:
                say(f"    {title}: {step.address}{path}")
    if (var / LOGINS).exists():
        say((var / LOGINS).read_text().rstrip())
    if "STANDIN_SETUP" in environ:
        say("\n".join(people.told(environ)))
    say("  按 Ctrl-C 停止 / Ctrl-C stops everything")


if __name__ == "__main__":
    sys.exit(main())
