"""The main story as `make run` tells it: real processes, HTTP, a small brand, eight orders; and then once more."""

from __future__ import annotations

import os
import re
import socket
import sys
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
    choices = Choices("127.0.0.1", _free_port(), _free_port(), "play")
    given = {**os.environ, "STORY_ORDERS": ORDERS, "STORY_DATA": "", "STORY_STUTTER": "1"}
    environ = environment(var, database_url, choices.host, choices.port, choices.stand_in_port, given)
    again = Program("again", (sys.executable, "-m", "demo.story"), {"STORY_STUTTER": "3"})
    plan = [*steps(ROOT, choices, environ), Once(again, "again", on_screen=True, vital=False)]
    return plan, environ


def test_the_main_story_holds_and_goes_on_with_phones_that_say_everything_three_times(
    database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the order file to the approved statement everything holds that the story says, also when repeated."""
    monkeypatch.chdir(ROOT)
    plan, environ = _plan(tmp_path, database_url)

    status = serve(tmp_path, plan, environ, None, stay=False)

    told = capfd.readouterr().out
    ends = re.findall(r"(\d+) 项核对，(\d+) 项不成立；请求 \d+ 次（重复 (\d+)", told)
    assert status == 0, told
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
        "对账单（草稿）",
        "0 处损坏",
    ):
        assert told.count(said) >= 1, said
    assert (tmp_path / "logins.txt").stat().st_mode & 0o777 == 0o600
