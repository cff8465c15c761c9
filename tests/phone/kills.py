"""Twenty kills at moments drawn by chance, most of them while a photo is being written down: `make bench-phone-kills`.

Too long for every run of the tests: it is no test_*.py. ROUNDS= (30 at most: a slot takes ten photos), SEED=.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import serving
from tests.phone.test_lost_answers import PATIENCE_S, SLOTS, Telephone, telephone, there, wait
from tests.photographing import booked, picture
from tests.rows import rows
from tests.worlds import World

__all__ = ["telephone"]
ROUNDS, SEED = int(os.environ.get("ROUNDS", "20")), int(os.environ.get("SEED", "7"))
LONGEST_S = 0.4  # writing one photo down takes about a tenth of it


class Busy:
    """Takes no photo until it is open."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        self.open = False

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        if not self.open and environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/photos"):
            environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            start("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        return self.app(environ, start)


def counted(page: Page) -> int:
    """How many deeds the page says are waiting."""
    strip = page.locator("#strip")
    found = re.search(r"\d+", strip.last.inner_text()) if strip.count() else None
    return int(found.group()) if found else 0


def test_no_kill_at_any_moment_loses_a_photo_that_was_shown(
    telephone: Telephone, app: Flask, world: World, as_installer: str, tmp_path: Path
) -> None:
    """What the page had counted is there after the kill, at most one more; all of it arrives once."""
    job_id, chance = booked(world), random.Random(SEED)
    busy = Busy(app.wsgi_app)
    app.wsgi_app = busy  # type: ignore[method-assign]
    shown, halves = 0, 0
    with serving(app) as site:
        page = telephone.start()
        page.goto(f"{site}/app{as_installer}")
        expect(page.locator(f"#job-{job_id}")).to_be_visible()
        for number in range(ROUNDS):
            page.goto(f"{site}/app/pages/job/index?id={job_id}")
            expect(page.locator("#take-site")).to_be_visible()
            image = tmp_path / f"{number}.jpg"
            image.write_bytes(picture())
            with page.expect_file_chooser() as chooser:
                page.locator(f"#take-{SLOTS[number % len(SLOTS)]}").click()
                if number == 0:
                    page.locator("#agree").click()
            chooser.value.set_files(image)
            end = time.monotonic() + chance.uniform(0, LONGEST_S)
            while time.monotonic() < end:
                shown = max(shown, counted(page))
            telephone.kill()
            page = telephone.start()
            page.goto(f"{site}/app/pages/job/index?id={job_id}")
            expect(page.locator("#take-site")).to_be_visible()
            page.wait_for_timeout(300)
            found = counted(page)
            assert shown <= found <= number + 1
            halves += found > shown
            shown = found
        busy.open = True
        wait(lambda: there() == shown)
        expect(page.locator("#strip")).to_have_count(0, timeout=PATIENCE_S * 1000)
    [kept] = rows(
        "SELECT count(*) AS n, count(DISTINCT client_id) AS ids, count(DISTINCT sha256) AS pictures FROM photo"
    )
    assert (kept.n, kept.ids, kept.pictures) == (shown, shown, shown)
    told = f"{shown} photos written down and arrived once each, {halves} of them not yet shown when killed"
    sys.stdout.write(f"{ROUNDS} kills: {told}\n")
