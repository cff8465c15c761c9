"""The helper processes: what they may reach, how they die, and that the next photo does not notice."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.errors import DomainError, Unavailable
from tests.uploads import pictures
from uploads.decode import Decoder
from uploads.facts import Decoded
from uploads.limits import Limits
from uploads.refusals import DecodeTimeout, SuspiciousStructure, TooManyPixels

GOOD = pictures.encoded(pictures.scene())
ROOT = Path(__file__).parents[2]


@contextmanager
def decoding(limits: Limits | None = None, helpers: int = 1) -> Iterator[Decoder]:
    decoder = Decoder(limits, helpers=helpers)
    try:
        yield decoder
    finally:
        decoder.close()


def decode(decoder: Decoder, folder: Path, data: bytes = GOOD, name: str = "in") -> Decoded:
    source = folder / name
    source.write_bytes(data)
    targets = {320: folder / f"{name}.320", 1280: folder / f"{name}.1280"}
    return decoder.decode(source, sha256="0" * 64, size_bytes=len(data), targets=targets)


def killed_in_the_middle(decoder: Decoder, folder: Path, *signals: signal.Signals) -> list[DomainError]:
    """Stops the idle helper, gives it a photo, sends it `signals`; answers what the photo's thread got."""
    (pid,) = decoder.pids()
    os.kill(pid, signal.SIGSTOP)
    got: list[DomainError] = []

    def ask() -> None:
        try:
            decode(decoder, folder)
        except DomainError as error:
            got.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while decoder.pids():  # until the photo has its helper
        time.sleep(0.005)
    for number in signals:
        os.kill(pid, number)
    thread.join(timeout=20)
    return got


def test_a_helper_killed_mid_photo_gives_a_clear_error_and_the_next_photo_works(tmp_path: Path) -> None:
    """kill -9 of the helper is Unavailable (try again), no hang, and a new helper takes the next photo."""
    with decoding() as decoder:
        decode(decoder, tmp_path)
        before = decoder.pids()
        (error,) = killed_in_the_middle(decoder, tmp_path, signal.SIGKILL)
        assert type(error) is Unavailable
        assert decode(decoder, tmp_path).facts.width == 640
        assert decoder.pids() != before


def test_a_codec_that_crashes_is_the_photos_fault(tmp_path: Path) -> None:
    """A segmentation fault refuses the photo for good: sending it again would only crash again."""
    with decoding() as decoder:
        decode(decoder, tmp_path)
        (error,) = killed_in_the_middle(decoder, tmp_path, signal.SIGSEGV, signal.SIGCONT)
        assert type(error) is SuspiciousStructure
        assert decode(decoder, tmp_path).facts.width == 640


def test_a_helper_killed_while_idle_is_not_noticed(tmp_path: Path) -> None:
    """The next photo finds it dead and starts another."""
    with decoding() as decoder:
        decode(decoder, tmp_path)
        (pid,) = decoder.pids()
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert decode(decoder, tmp_path).facts.width == 640


def test_a_helper_that_hangs_is_replaced(tmp_path: Path) -> None:
    """After the wall-clock limit the photo is Unavailable and its helper gone."""
    with decoding(Limits(wall_seconds=0.3)) as decoder:
        decode(decoder, tmp_path)
        (error,) = killed_in_the_middle(decoder, tmp_path)
        assert type(error) is Unavailable
        assert decode(decoder, tmp_path).facts.width == 640


def test_a_photo_that_burns_cpu_is_cut_off(tmp_path: Path) -> None:
    """Past its CPU limit the kernel ends the helper; the photo is refused as decode_timeout."""
    limits = Limits(cpu_seconds=0, max_scans=1_000_000)  # one second at most
    with decoding(limits) as decoder:
        with pytest.raises(DecodeTimeout):
            decode(decoder, tmp_path, pictures.endless_jpeg(4000, 3000, 2000))
        assert decode(decoder, tmp_path).facts.width == 640


def test_memory_is_bounded_and_running_out_is_an_answer(tmp_path: Path) -> None:
    """A picture that needs more than the helper's memory is too_many_pixels, and the helper lives on."""
    limits = Limits(address_space=370 * 1024 * 1024, png_pixels=100_000_000)
    with decoding(limits) as decoder:
        decode(decoder, tmp_path)
        before = decoder.pids()
        with pytest.raises(TooManyPixels):
            decode(decoder, tmp_path, pictures.flat_png(9000, 9000))
        assert decoder.pids() == before
        assert decode(decoder, tmp_path).facts.width == 640


@pytest.mark.parametrize("missing", ["source", "target"])
def test_a_disk_that_fails_is_not_the_photos_fault(missing: str, tmp_path: Path, decoder: Decoder) -> None:
    """When the helper cannot read or write, the phone is told to try again, not that its photo is bad."""
    source = tmp_path / "in"
    if missing == "target":
        source.write_bytes(GOOD)
    target = tmp_path / "no such folder" / "out"
    with pytest.raises(Unavailable):
        decoder.decode(source, sha256="0" * 64, size_bytes=1, targets={320: target})


def test_many_threads_share_few_helpers(tmp_path: Path) -> None:
    """Sixteen threads of a web worker with two helpers: every photo gets its own answer."""
    sizes = [(100 + i, 80) for i in range(32)]
    with decoding(helpers=2) as decoder, ThreadPoolExecutor(16) as threads:
        answers = threads.map(
            lambda s: decode(decoder, tmp_path, pictures.encoded(pictures.scene(*s)), f"p{s[0]}"), sizes
        )
        assert [(a.facts.width, a.facts.height) for a in answers] == sizes
        assert len(decoder.pids()) <= 2


def test_a_helper_has_neither_sockets_nor_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open connections of the web worker, even inheritable ones, and its environment stay with the worker."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    ours, theirs = socket.socketpair()
    ours.set_inheritable(True)
    with ours, theirs, decoding() as decoder:
        decode(decoder, tmp_path)
        (pid,) = decoder.pids()
        opened = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        assert not any(name.startswith("socket:") for name in opened)
        assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_forked_process_starts_its_own_helpers(tmp_path: Path) -> None:
    """A web worker forked from a process that has helpers already does not share their pipes."""
    with decoding() as decoder:
        decode(decoder, tmp_path)
        parents = decoder.pids()
        child = os.fork()
        if child == 0:
            fine = decode(decoder, tmp_path).facts.width == 640 and decoder.pids() != parents
            decoder.close()
            os._exit(0 if fine else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert decode(decoder, tmp_path).facts.width == 640
        assert decoder.pids() == parents


def test_helpers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """kill -9 of the web worker leaves no helper behind."""
    (tmp_path / "in").write_bytes(GOOD)
    script = (
        "import sys, time; from pathlib import Path; from uploads.decode import Decoder\n"
        "d, p = Decoder(helpers=1), Path(sys.argv[1])\n"
        "d.decode(p / 'in', sha256='0' * 64, size_bytes=1, targets={320: p / 'out'})\n"
        "print(d.pids()[0], flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    helper = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while running(helper) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not running(helper)


def running(pid: int) -> bool:
    """Whether a process lives; one that is dead but unburied does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_helper_is_replaced_after_its_number_of_photos(tmp_path: Path) -> None:
    """A slow leak in a codec cannot add up for ever."""
    with decoding(Limits(photos_per_helper=2)) as decoder:
        seen = []
        for _ in range(4):
            decode(decoder, tmp_path)
            seen += decoder.pids()
        assert seen[0] == seen[1] != seen[2] == seen[3]
