"""Thirty photos, a network that loses every third answer, a browser that is killed twice: thirty photos, once each."""

from __future__ import annotations

import itertools
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, TimeoutError, expect

from tests import worlds
from tests.browser.conftest import serving
from tests.phone.conftest import PHONE
from tests.photographing import booked, picture
from tests.rows import rows
from tests.worlds import World

SLOTS = ("site", "nameplate", "finished")
EACH = 10
PATIENCE_S = 60


class Lossy:
    """Does what every request asks, and of every third change loses the answer."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        self.changes = itertools.count(1)
        self.lost = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        answer = list(self.app(environ, start))
        if environ["REQUEST_METHOD"] == "POST" and next(self.changes) % 3 == 0:
            self.lost += 1
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return answer


class Telephone:
    """A browser of its own with a profile on disk: what a kill leaves is all that the next start finds."""

    def __init__(self, profile: Path, driver: BrowserType) -> None:
        self.profile = profile
        self.driver = driver

    def start(self) -> Page:
        """Switched on: a page of a phone's size."""
        port = self.profile / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        program = shutil.which("chromium") or shutil.which("chromium-browser") or "google-chrome"
        asked = ("--headless=new", "--no-sandbox", "--no-first-run", "--remote-debugging-port=0")
        self.process = subprocess.Popen(
            [program, *asked, f"--user-data-dir={self.profile}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait(lambda: port.exists() and "\n" in port.read_text())
        address = f"http://127.0.0.1:{port.read_text().splitlines()[0]}"
        try:
            browser = self.driver.connect_over_cdp(address, timeout=10_000)
        except TimeoutError:  # one that has just started lets its first caller wait for ever, seldom
            browser = self.driver.connect_over_cdp(address)
        self.context: BrowserContext = browser.contexts[0]
        self.context.clock.install(time=worlds.MONDAY)
        page = self.context.new_page()
        page.set_viewport_size(PHONE)
        return page

    def kill(self) -> None:
        """The battery is out."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def telephone(tmp_path: Path, chromium: Browser) -> Iterator[Telephone]:
    """Nobody's yet; switched off at the end."""
    made = Telephone(tmp_path / "profile", chromium.browser_type)
    yield made
    made.kill()


def wait(until: Callable[[], bool]) -> None:
    """Look until it is so."""
    end = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.1)


def there() -> int:
    """How many photos the server has."""
    return len(rows("SELECT 1 FROM photo"))


def test_thirty_photos_arrive_once_each_through_kills_and_lost_answers(
    telephone: Telephone, app: Flask, world: World, as_installer: str, tmp_path: Path
) -> None:
    """Taken without a network, sent through one that loses answers, the phone killed in the middle, twice."""
    job_id = booked(world)
    lossy = Lossy(app.wsgi_app)
    app.wsgi_app = lossy  # type: ignore[method-assign]
    with serving(app) as site:
        page = telephone.start()
        page.goto(f"{site}/app{as_installer}")
        page.locator(f"#job-{job_id}").click()
        expect(page.locator("#take-site")).to_be_visible()
        telephone.context.set_offline(True)
        for number, slot in enumerate(SLOTS * EACH):
            image = tmp_path / f"{number}.jpg"
            image.write_bytes(picture())
            with page.expect_file_chooser() as chooser:
                page.locator(f"#take-{slot}").click()
                if number == 0:
                    page.locator("#agree").click()
            chooser.value.set_files(image)
            expect(page.locator("#strip").last).to_contain_text(f"已记下 {number + 1} 项")
        assert there() == 0
        telephone.context.set_offline(False)
        for some in (6, 16):
            wait(lambda some=some: there() >= some)  # type: ignore[misc]
            telephone.kill()
            assert there() < EACH * len(SLOTS)
            page = telephone.start()
            page.goto(f"{site}/app/pages/job/index?id={job_id}")
        wait(lambda: there() == EACH * len(SLOTS))
        expect(page.locator("#strip")).to_have_count(0, timeout=PATIENCE_S * 1000)
    found = rows(
        "SELECT slot_code, count(*) AS n, count(DISTINCT sha256) AS pictures FROM photo GROUP BY slot_code"
    )
    assert {row.slot_code: (row.n, row.pictures) for row in found} == dict.fromkeys(SLOTS, (EACH, EACH))
    assert lossy.lost >= EACH
