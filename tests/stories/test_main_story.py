"""The main story as `make run` tells it: real processes, HTTP, a small brand, eight orders; and then once more."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from demo.__main__ import serve
from demo.environment import environment
from demo.plan import Choices, Once, Step, steps
from demo.processes import Program

ROOT = Path(__file__).parents[2]
ORDERS = "8"


def _free_port() -> int:
    """A port nobody has at this moment."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _plan(var: Path, database_url: str) -> tuple[list[Step], dict[str, str]]:
    """`make run`'s own plan over a database of this test's, and a second story by phones that stutter."""
    choices = Choices("127.0.0.1", _free_port(), _free_port(), "only")
    given = {**os.environ, "STORY_ORDERS": ORDERS, "STORY_DATA": "", "STORY_STUTTER": "1"}
    environ = environment(var, database_url, choices.host, choices.port, choices.stand_in_port, given)
    again = Program("again", (sys.executable, "-m", "demo.story"), {"STORY_STUTTER": "3"})
    plan = [*steps(ROOT, choices, environ), Once(again, "again", on_screen=True, vital=False)]
    return plan, environ


def _workers() -> list[int]:
    """Web workers below this process: grandchildren of ours whose parent is a gunicorn too."""
    parents: dict[int, int] = {}
    webs: set[int] = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if b"gunicorn" in (folder / "cmdline").read_bytes():
                webs.add(int(folder.name))
    masters = {pid for pid in webs if parents.get(pid) == os.getpid()}
    return sorted(pid for pid in webs if parents.get(pid) in masters)


@contextmanager
def _killing(pause_s: float, most: int) -> Iterator[list[int]]:
    """Now and then the web worker that has served longest dies without a word, while another lives to serve."""
    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while len(killed) < most and not over.wait(pause_s):
            workers = _workers()
            if len(workers) > 1:
                with suppress(ProcessLookupError):
                    os.kill(workers[0], signal.SIGKILL)
                    killed.append(workers[0])

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    yield killed
    over.set()
    thread.join()


def test_the_main_story_holds_while_workers_die_and_goes_on_with_phones_that_say_everything_three_times(
    database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From order file to approved statement everything holds that the story says, also repeated and interrupted."""
    monkeypatch.chdir(ROOT)
    plan, environ = _plan(tmp_path, database_url)

    with _killing(pause_s=20.0, most=4) as killed:
        status = serve(tmp_path, plan, environ, None, stay=False)

    told = capfd.readouterr().out
    ends = re.findall(r"(\d+) 项核对，(\d+) 项不成立；请求 \d+ 次（重复 (\d+)", told)
    assert status == 0, told
    assert killed or not Path("/proc/self").exists()
    assert [bad for _, bad, _ in ends] == ["0", "0"]
    assert [int(repeats) > 100 for _, _, repeats in ends] == [False, True]
    for said in (
        "先接者得",
        "派单过期",
        "证书",
        "未收到货（代码 2）",
        "一次说全",
        "照片太暗",
        "裁定返工",
        "自动验收",
        "上门前自动取消",
        "微信通知到账",
        "在小程序里确认收款，结算单已付款",
        "逐笔核对：差异 0 笔",
        "结算单（草稿）",
        "0 处损坏",
    ):
        assert told.count(said) >= 1, said
    assert (tmp_path / "logins.txt").stat().st_mode & 0o777 == 0o600
