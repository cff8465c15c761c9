"""The auditor's desk: thousands of photos by the keyboard, a verdict that can be taken back, blind second looks."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from services import audits
from services.parts.photo_store import store
from tests.browser.conftest import Desk
from tests.rows import rows
from tests.services.test_audit_verdicts import WORK, auditor, waiting
from tests.uploads.pictures import encoded
from tests.worlds import World
from uploads.store import rendition_key

SitDown = Callable[[str], Desk]
EACH = 1 / 25  # a held key
PRESSES = 75
MANY = 5_000


@pytest.fixture(autouse=True)
def links_lead_here(app: Flask, site: str) -> None:
    """Photos are fetched from the site under test: the page may show no other's."""
    app.extensions["tuozhuang"] = replace(app.extensions["tuozhuang"], public_url=site)


def wall(desk: Desk) -> Page:
    """The wall, ready for keys."""
    desk.open("/photo-wall")
    expect(desk.page.get_by_role("listbox", name="照片", exact=True)).to_be_focused(timeout=15_000)
    return desk.page


def many(job_id: int) -> None:
    """Five thousand photos of one job, all of them one small file."""
    rows(
        "INSERT INTO photo (job_id, slot_code, client_id, subject_id, sha256, size_bytes, format, width, height,"
        " brightness, sharpness, capture, received_at)"
        " SELECT one.job_id, one.slot_code, 'many-' || n, one.subject_id, one.sha256, 1, 'jpeg', 800, 600, 120, 300,"
        " 'camera', one.received_at"
        " FROM (SELECT * FROM photo WHERE job_id = :j ORDER BY id LIMIT 1) one, generate_series(1, :n) n",
        j=job_id, n=MANY,
    )  # fmt: skip


def developed(job_id: int) -> None:
    """What is shown of the job's photos lies in the store."""
    rows("UPDATE photo SET sha256 = sha256(sha256), width = 640, height = 480 WHERE job_id = :j", j=job_id)
    for photo in rows(
        "SELECT DISTINCT encode(sha256, 'hex') AS sha256 FROM photo WHERE job_id = :j", j=job_id
    ):
        for side in (320, 1280):
            store().put(
                io.BytesIO(encoded(Image.new("RGB", (320, 240), "teal"))), rendition_key(photo.sha256, side)
            )


def at(page: Page) -> int:
    """The number of the photo under the cursor."""
    found = re.search(r"第 (\d+) 张", page.locator("main").inner_text())
    assert found
    return int(found[1])


def verdicts(job_id: int) -> list[str]:
    """What was said of a job, in order."""
    return [
        row.verdict
        for row in rows("SELECT verdict FROM audit_verdict WHERE job_id = :j ORDER BY id", j=job_id)
    ]


def test_five_thousand_photos_are_walked_by_a_held_key(sit_down: SitDown, world: World) -> None:
    """At most 400 nodes, no press of 25 a second is dropped, and the far end is as near as the beginning."""
    job_id, _ = waiting(world, second=False)
    had = len(rows("SELECT 1 FROM photo WHERE job_id = :j", j=job_id))
    many(job_id)
    developed(job_id)
    desk = sit_down("auditor")
    wall(desk)
    expect(desk.page.get_by_text(f"{had + MANY} 张照片，1 个工单")).to_be_visible()
    began = time.monotonic()
    for press in range(1, PRESSES + 1):
        desk.page.keyboard.down("ArrowRight")
        time.sleep(max(0.0, began + press * EACH - time.monotonic()))
    desk.page.keyboard.up("ArrowRight")
    assert at(desk.page) == 1 + PRESSES
    desk.page.keyboard.press("End")
    assert at(desk.page) == had + MANY
    seen = desk.page.locator("[role=option][aria-selected=true] img")
    expect(seen).to_be_visible()
    desk.page.wait_for_function("e => e.naturalWidth > 0", arg=seen.element_handle())
    assert desk.page.locator(".wall *").count() <= 400
    assert desk.complaints == []


def test_a_verdict_is_given_by_keys_alone_and_can_be_taken_back(sit_down: SitDown, world: World) -> None:
    """Passed and undone: nothing was sent. Then failed with a reason; who leaves the page has said it."""
    job_id, _ = waiting(world, second=False)
    developed(job_id)
    desk = sit_down("auditor")
    page = wall(desk)
    expect(page.get_by_role("button", name="不合格")).to_be_enabled()
    page.keyboard.press("p")
    expect(page.get_by_text("待提交：合格").first).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="不合格")).to_be_enabled()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("8")
    page.keyboard.press("f")
    expect(page.get_by_role("dialog").get_by_text("模糊、过暗或看不清")).to_be_visible()
    expect(page.locator("input[type=radio]:checked")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("待提交：需补充证据").first).to_be_visible()
    expect(page.get_by_role("listbox", name="照片", exact=True)).to_be_focused()
    assert verdicts(job_id) == []
    with page.expect_response("**/verdict"):
        desk.turn_to("/audits")
    assert verdicts(job_id) == ["evidence"]
    [wrong] = rows("SELECT reason FROM audit_photo")
    assert wrong.reason == "unclear"


def test_a_second_auditor_judges_blind(sit_down: SitDown, world: World) -> None:
    """Neither wall nor page tells that somebody spoke; who has spoken finds the job no more."""
    job_id, later = waiting(world, second=True)
    developed(job_id)
    audits.judge(auditor(world, "first"), job_id, WORK, later)
    desk = sit_down("auditor")
    desk.open(f"/audits/{job_id}")
    page = desk.page
    expect(page.get_by_role("img", name=re.compile("^位置图"))).to_be_visible()
    shown = page.locator("main").inner_text()
    assert [word for word in (str(WORK.note), "需返工") if word in shown] == []
    page.get_by_role("button", name=re.compile("^合 ?格$")).click()
    with page.expect_response("**/verdict"):
        desk.turn_to("/my-audits")
    desk.turn_to("/photo-wall")
    expect(page.get_by_text("没有符合条件的照片")).to_be_visible()
    assert verdicts(job_id) == ["work", "pass"]


def test_the_suspected_original_stands_beside_with_what_matched_marked(
    sit_down: SitDown, world: World
) -> None:
    """Half of the later photo, moved by a quarter, is drawn on the earlier one; looking at both is on record."""
    job_id, later = waiting(world, second=False)
    developed(job_id)
    first, second, *_ = [
        row.id for row in rows("SELECT id FROM photo WHERE job_id = :j ORDER BY id", j=job_id)
    ]
    numbers = '{"inliers": 90, "mirrored": false, "transform": [0.5, 0, 160, 0, 0.5, 120, 0, 0, 1]}'
    rows(
        "INSERT INTO photo_match VALUES (:p, :o, 'copy', false, 'reused', CAST(:n AS jsonb), :at)",
        p=second, o=first, n=numbers, at=later,
    )  # fmt: skip
    page = wall(sit_down("auditor"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    marked = page.locator(".pair polygon").nth(1)
    expect(marked).to_have_attribute("points", "160,120 480,120 480,360 160,360")
    looked = {row.photo_id for row in rows("SELECT photo_id FROM photo_view")}
    assert {first, second} <= looked
