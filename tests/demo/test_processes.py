"""The supervisor of `make run` leaves nothing behind, restarts what dies, says what is wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.doors import status_of
from tests.databases import ROOT


class Run:
    """One running driver, what it says, and the processes it started."""

    def __init__(self, var: Path, port: int, *arguments: str) -> None:
        self.var, self.port, self.said = var, port, var.parent / f"said-{time.monotonic_ns()}"
        command = [sys.executable, "-m", "tests.demo.driver", str(var), str(port), *arguments]
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)

    def has_said(self, words: str) -> bool:
        return words in self.said.read_text()

    def children(self) -> list[int]:
        """The web child and its two grandchildren."""
        return [int(pid) for pid in (self.var / "pids").read_text().split()]

    def ended(self) -> int:
        return self.process.wait(40)


@pytest.fixture
def port() -> int:
    """A port nobody has at the moment."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Callable[..., Run]]:
    """Starts drivers in one checkout with a space in its path; whatever is left is stopped."""
    var, runs = tmp_path / "my checkout" / "var", []

    def run(*arguments: str, at: int = port) -> Run:
        var.mkdir(parents=True, exist_ok=True)
        runs.append(Run(var, at, *arguments))
        return runs[-1]

    yield run
    for each in runs:
        each.process.terminate()
        each.ended()


def wait_for(done: Callable[[], bool], patience_s: float = 30.0) -> None:
    """Ask until it is so."""
    end = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def serving(run: Run) -> bool:
    """Whether everything is up and the person was told so."""
    return run.has_said("Ctrl-C")


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_asked_to_stop_ends_children_and_grandchildren(
    start: Callable[..., Run], asked: signal.Signals
) -> None:
    """Ctrl-C, SIGTERM and a closed terminal end everything, also what left its process group."""
    run = start()
    wait_for(lambda: serving(run))
    family = run.children()
    assert all(map(is_alive, family))
    run.process.send_signal(asked)
    assert run.ended() == 0
    assert not any(map(is_alive, family))


def test_a_killed_child_is_restarted_and_that_is_said(start: Callable[..., Run]) -> None:
    """After `kill -9` of a child it answers again, without its old grandchildren in the group."""
    run = start()
    wait_for(lambda: serving(run))
    child, grandchild, _ = run.children()
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: run.has_said("signal 9"))
    wait_for(lambda: run.children()[0] != child and status_of(f"http://127.0.0.1:{run.port}") == 200)
    assert not is_alive(grandchild)


def test_a_taken_port_is_named_together_with_the_setting_to_change(
    start: Callable[..., Run], port: int
) -> None:
    """Somebody else's server on the port: the message names the port and PORT=, and the status is 1."""
    with socket.create_server(("127.0.0.1", port)):
        run = start()
        assert run.ended() == 1
    assert run.has_said(f"port {port} is not available")
    assert run.has_said(f"PORT={port + 1}")


def test_a_second_run_in_the_same_checkout_names_the_first(start: Callable[..., Run], port: int) -> None:
    """The second says the first one's process id and address and ends; the first goes on."""
    first = start()
    wait_for(lambda: serving(first))
    second = start(at=port + 1)
    assert second.ended() == 1
    assert second.has_said(f"pid {first.process.pid}, http://127.0.0.1:{port}")
    assert status_of(f"http://127.0.0.1:{port}") == 200


def test_a_run_after_a_killed_supervisor_clears_what_it_left(start: Callable[..., Run]) -> None:
    """`kill -9` of the supervisor orphans its children; the next run ends them and takes the port."""
    first = start()
    wait_for(lambda: serving(first))
    orphans = first.children()
    first.process.kill()
    first.ended()
    assert all(map(is_alive, orphans))
    second = start()
    wait_for(lambda: serving(second))
    assert not any(map(is_alive, orphans))


def test_a_run_after_a_stopped_one_starts_at_once(start: Callable[..., Run]) -> None:
    """Stop and start again, on the same port and in the same checkout."""
    first = start()
    wait_for(lambda: serving(first))
    first.process.send_signal(signal.SIGINT)
    assert first.ended() == 0
    second = start()
    wait_for(lambda: serving(second))
    assert status_of(f"http://127.0.0.1:{second.port}") == 200


def test_a_story_that_fails_is_said_and_the_rest_goes_on_serving(start: Callable[..., Run]) -> None:
    """The story isn't vital: its failure is on the screen, the address too."""
    run = start("3")
    wait_for(lambda: serving(run))
    assert run.has_said("failed (3)")
    assert status_of(f"http://127.0.0.1:{run.port}") == 200
