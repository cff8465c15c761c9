"""Keeps a set of named programs running, restarts what dies, and leaves nothing behind when it stops.

Each program leads a process group of its own: Ctrl-C in the terminal reaches only us, and we stop the groups.
Everything we start carries a mark in its environment, by which, on Linux, we also find what left its group,
and what an earlier supervisor left behind when it was killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MARK = "TUOZHUANG_SUPERVISOR"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STEADY_S = 60.0  # having lived this long, a program's next death starts with the shortest pause again
GRACE_S = 25.0  # longer than the web server's own grace for requests in flight
TICK_S = 0.1
LOG_LIMIT = 20_000_000

Say = Callable[[str], None]


class StartFailed(RuntimeError):
    """Something couldn't be started; the text is meant for a person."""


class Stopped(BaseException):
    """Somebody asked us to stop (Ctrl-C, SIGTERM, a closed terminal)."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run under which name; `environ` is added to the common one."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Running:
    """One program's present process, or the time of its next start."""

    program: Program
    process: subprocess.Popen[bytes]
    since: float
    pause_s: float = FIRST_PAUSE_S
    next_start: float | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """A part that is no child of ours (PostgreSQL): looked after by asking and reviving."""

    name: str
    alive: Callable[[], bool]
    revive: Callable[[], object]


class Supervisor:
    """Starts, watches and stops programs. One thread; call `watch` often or wait with `wait_until`."""

    def __init__(self, home: Path, environ: Mapping[str, str], say: Say) -> None:
        """`home` holds log/ and is the mark of what we start; `environ` is what every program gets."""
        self._logs = home / "log"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._mark = str(home.resolve())
        self._environ = {**environ, MARK: self._mark}
        self._say = say
        self._running: dict[str, Running] = {}
        self._guards: list[Guard] = []

    def start(self, program: Program) -> None:
        """Start a program that is to live until we stop."""
        process = self._spawn(program)
        self._running[program.name] = Running(program, process, time.monotonic())

    def guard(self, guard: Guard) -> None:
        """Look after something that isn't a child."""
        self._guards.append(guard)

    def run(self, program: Program, *, on_screen: bool = False) -> int:
        """Run a program to its end, the others being watched meanwhile; its status (-9: kill -9)."""
        process = self._spawn(program, on_screen=on_screen)
        try:
            self.wait_until(lambda: process.poll() is not None, None)
        finally:
            _end_groups([process])
        return int(process.returncode)

    def wait_ready(self, name: str, ready: Callable[[], bool], patience_s: float = 60.0) -> None:
        """Wait until `ready` says yes; a program that dies before that isn't restarted, its log is shown."""
        running = self._running[name]

        def settled() -> bool:
            return running.process.poll() is not None or ready()

        if not self.wait_until(settled, patience_s, but=name):
            raise StartFailed(
                f"{name} 在 {patience_s:.0f} 秒内没有就绪 / is not ready:\n{self.log_tail(name)}"
            )
        if running.process.poll() is not None:
            raise StartFailed(f"{name} 启动失败 / could not start:\n{self.log_tail(name)}")

    def wait_until(self, done: Callable[[], bool], patience_s: float | None, but: str = "") -> bool:
        """Watch until `done`; False when patience ran out first. `but` names a program not to restart."""
        end = None if patience_s is None else time.monotonic() + patience_s
        while not done():
            if end is not None and time.monotonic() > end:
                return False
            self.watch(but)
            time.sleep(TICK_S)
        return True

    def watch(self, but: str = "") -> None:
        """Restart what died, each with its own growing pause, and revive what we guard."""
        for name, running in self._running.items():
            if name != but:
                self._look_after(running)
        for guard in self._guards:
            if not guard.alive():
                self._say(f"{guard.name} 已中断，正在恢复 / has died, reviving")
                guard.revive()
                self._say(f"{guard.name} 已恢复 / is back")

    def stop(self) -> None:
        """Stop everything at once; what doesn't heed SIGTERM within the grace is killed."""
        _end_groups([running.process for running in self._running.values()])
        self._running.clear()
        self._guards.clear()
        self.sweep()

    def sweep(self) -> int:
        """Kill what carries our mark though it is in no group of ours; how many there were (Linux only)."""
        first = strays = _marked(self._mark)
        end = time.monotonic() + 5
        while strays and time.monotonic() < end:
            for pid in strays:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)  # a port is free only when its process is gone
            strays = _marked(self._mark)
        return len(first)

    def log_tail(self, name: str, lines: int = 15) -> str:
        """The last lines a program wrote, for an error message."""
        with suppress(OSError):
            text = (self._logs / f"{name}.log").read_text(errors="replace")
            return "\n".join(text.splitlines()[-lines:])
        return ""

    def _spawn(self, program: Program, *, on_screen: bool = False) -> subprocess.Popen[bytes]:
        environ = {**self._environ, **program.environ}
        if on_screen:
            return _popen(program.command, environ, None)
        with _open_log(self._logs / f"{program.name}.log") as log:
            return _popen(program.command, environ, log)

    def _look_after(self, running: Running) -> None:
        now = time.monotonic()
        if running.next_start is not None:
            if now >= running.next_start:
                running.process = self._spawn(running.program)
                running.since, running.next_start = now, None
            return
        status = running.process.poll()
        if status is None:
            return
        _end_groups([running.process])  # what it left keeps its port
        if now - running.since > STEADY_S:
            running.pause_s = FIRST_PAUSE_S
        running.next_start = now + running.pause_s
        name, pause = running.program.name, running.pause_s
        running.pause_s = min(pause * 2, LONGEST_PAUSE_S)
        self._say(
            f"{name} 已退出（{_cause(status)}），{pause:g} 秒后重启 / has died, restarting; "
            f"{self._logs}/{name}.log"
        )


def _popen(
    command: Sequence[str], environ: Mapping[str, str], log: IO[bytes] | None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=None if log is None else subprocess.STDOUT,
        start_new_session=True,
    )


def _open_log(path: Path) -> IO[bytes]:
    """Append; a log grown too large is set aside first, so that a machine left running doesn't fill."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def _end_groups(leaders: Sequence[subprocess.Popen[bytes]]) -> None:
    """SIGTERM to each leader's whole group, then SIGKILL to what is left of it; grandchildren included."""
    end = time.monotonic() + GRACE_S
    for leader in leaders:
        _signal_group(leader.pid, signal.SIGTERM)
    for leader in leaders:
        with suppress(subprocess.TimeoutExpired):
            leader.wait(max(0.0, end - time.monotonic()))
        _signal_group(leader.pid, signal.SIGKILL)
        leader.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(
        ProcessLookupError, PermissionError
    ):  # macOS answers "not permitted" for a group of zombies
        os.killpg(group, number)


def _marked(mark: str) -> list[int]:
    """Processes other than us whose environment carries the mark; none found where there is no /proc."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if wanted in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
    return [pid for pid in found if pid != os.getpid()]


def _cause(status: int) -> str:
    """`status 1`, or `signal 9` for what subprocess reports as -9."""
    return f"信号 signal {-status}" if status < 0 else f"状态 status {status}"


def heed_signals() -> None:
    """Turn the first request to stop into `Stopped`; while we stop, further ones are ignored.

    A SIGHUP that is ignored already (nohup) stays so.
    """
    asked = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        asked.append(signal.SIGHUP)

    def stop(number: int, _frame: object) -> None:
        for each in asked:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(signal.Signals(number).name)

    for each in asked:
        signal.signal(each, stop)
