"""An installer's day that goes otherwise: nobody at home, goods broken, a time moved, a job taken away, a delay."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from PIL import Image
from playwright.sync_api import expect

from domain.actions import Action, Command, Window
from domain.installer_pay import Reason
from services import audits, installer_pay, slot_examples
from services.audits import PhotoFault, Said
from services.clocks import raise_levels
from services.installer_pay import NewLine
from services.lifecycle import perform
from services.parts.examples import LINKS
from tests.phone.conftest import Phone
from tests.phone.test_installer import photograph
from tests.phone.test_offline import READY
from tests.photographing import HOUR, booked, picture, redispatched
from tests.rows import rows
from tests.services.test_audit_verdicts import waiting
from tests.uploads import pictures
from tests.worlds import World

PickUp = Callable[[], Phone]


def with_example(world: World, slot: str) -> None:
    """How a photo of this slot should look."""
    made = pictures.encoded(Image.effect_noise((640, 480), 40).convert("RGB"))
    sent = slot_examples.add(world.actor("admin"), io.BytesIO(made), world.now)
    sha256 = sent.example.removeprefix(LINKS)
    rows("UPDATE slot SET example = :e WHERE code = :s", e=sha256, s=slot)


def moved(world: World, job_id: int, hours: int) -> None:
    """The customer asked for another time."""
    window = Window(world.now + hours * HOUR, world.now + (hours + 2) * HOUR)
    perform(
        world.actor("dispatcher1"),
        job_id,
        Command(Action.RESCHEDULE, window=window, reason="customer"),
        world.now,
    )


def test_nobody_is_at_home_and_the_next_door_is_one_tap_away(
    pick_up: PickUp, world: World, as_installer: str, tmp_path: Path
) -> None:
    """Tomorrow stands below today; leaving asks why, a picture and what then; broken goods are told before a visit."""
    first, second, third = (
        booked(world),
        booked(world, address="芝罘区胜利路 2 号"),
        booked(world, address="芝罘区海港路 3 号"),
    )
    moved(world, second, 5)
    moved(world, third, 24)
    image = tmp_path / "door.jpg"
    image.write_bytes(picture())
    phone = pick_up()
    phone.open(as_installer)
    expect(phone.page.locator("#tomorrow")).to_be_visible()
    phone.look("installer-10-two-days")
    phone.page.locator(f"#job-{first}").click()
    phone.page.locator("#check-in").click()
    phone.page.locator("#refuse").last.click()
    phone.page.locator("#check-in-now").click()
    expect(phone.page.locator("#submit")).to_be_visible()
    phone.page.locator("#others").click()
    phone.look("installer-11-troubles")
    phone.page.locator("#other-abort_visit").click()
    phone.page.get_by_role("radio", name="客户不在家").click()
    photograph(phone, "#leave-photo", image, agreeing=True)
    expect(phone.page.locator("#leave-now")).to_have_text("就这样，我先离开")
    phone.look("installer-12-leave")
    phone.page.locator("#leave-now").click()
    expect(phone.page.get_by_text("这一单先放着")).to_be_visible()
    expect(phone.page.locator("#next-job")).to_have_text("去下一站")
    phone.look("installer-13-onward")
    phone.page.locator("#next-job").click()
    expect(phone.page.locator("#check-in").last).to_be_visible()
    phone.page.locator("#others").last.click()
    phone.page.locator("#other-report_damage").click()
    for name in ("包装", "外观"):
        phone.page.locator(".tz-field", has_text=name).get_by_role("radio", name="坏了").click()
    image.write_bytes(picture())
    photograph(phone, "#damage-photo", image)
    expect(phone.page.locator("#damage-now")).to_have_text("报告破损")
    phone.look("installer-14-damage")
    phone.page.locator("#damage-now").click()
    expect(phone.page.get_by_text("先别上门，等客服通知：货有损坏")).to_be_visible()
    states = rows("SELECT status, held FROM job ORDER BY id")
    assert [(row.status, row.held) for row in states] == [
        ("suspended", None),
        ("booked", "damaged"),
        ("booked", None),
    ]
    assert phone.complaints == []


def test_a_time_that_moved_and_a_job_that_was_taken_away_are_told_and_nothing_done_is_lost(
    pick_up: PickUp, world: World, as_installer: str
) -> None:
    """The old time beside the new one until it was read; what was written down without a network is still there."""
    job_id = booked(world)
    with_example(world, "site")
    phone = pick_up()
    phone.open(as_installer)
    phone.page.locator(f"#job-{job_id}").click()
    expect(phone.page.locator("#check-in")).to_be_visible()
    phone.page.evaluate(READY)
    moved(world, job_id, 3)
    phone.page.reload()
    expect(phone.page.locator("#moved")).to_be_visible()
    phone.look("installer-15-moved")
    phone.page.locator("#moved-read").click()
    expect(phone.page.locator("#moved")).to_have_count(0)

    phone.context.set_offline(True)
    phone.page.reload()
    phone.page.locator("#example-site").click()
    shown = phone.page.locator("[role=dialog] img")
    expect(shown).to_have_js_property("naturalWidth", 640)
    phone.look("installer-23-example")
    phone.page.locator("#example-close").click()
    phone.page.locator("#check-in").click()
    phone.page.locator("#refuse").last.click()
    phone.page.locator("#check-in-now").click()
    expect(phone.page.locator("#strip").last).to_contain_text("已记下 1 项")
    redispatched(world, job_id)
    phone.context.set_offline(False)
    expect(phone.page.get_by_text("这一单不在您名下了")).to_be_visible()
    expect(phone.page.get_by_text("您做过的没有丢")).to_be_visible()
    phone.look("installer-16-taken-away")
    phone.page.locator("#strip").last.click()
    phone.look("installer-17-waiting")
    assert phone.complaints == []


def test_what_was_late_is_read_and_explained_and_a_month_s_pay_line_by_line(
    pick_up: PickUp, world: World, as_installer: str
) -> None:
    """Whom it costs what, his word to the dealer, and this month's lines with their reasons."""
    booked(world)
    raise_levels(world.now + 3.5 * HOUR)
    owner, installer = world.actor("owner1"), world.people["installer1"]
    for fen, reason in ((30000, Reason.BONUS), (-5000, Reason.DEDUCTION)):
        installer_pay.add_line(owner, NewLine(installer, fen, reason, None), world.now)
    phone = pick_up()
    phone.open(as_installer)
    phone.page.locator("#to-late").click()
    phone.look("installer-18-late")
    phone.page.get_by_text("向网点说明").click()
    phone.page.locator("#words textarea").fill("上一家多等了一小时")
    phone.look("installer-19-explain")
    phone.page.locator("#explain-now").click()
    expect(phone.page.get_by_text("您的说明：上一家多等了一小时")).to_be_visible()
    phone.open("/pages/earnings/index")
    expect(phone.page.get_by_text("¥250.00").first).to_be_visible()
    phone.look("installer-20-earnings")
    assert phone.complaints == []


def test_photos_that_an_audit_asks_for_again_are_retaken_and_handed_over(
    pick_up: PickUp, app: Flask, world: World, as_installer: str, tmp_path: Path
) -> None:
    """Which shot, why and by when; handing over waits for a new picture."""
    job_id, later = waiting(world, second=False)
    [nameplate] = rows("SELECT id FROM photo WHERE job_id = :j AND slot_code = 'nameplate'", j=job_id)
    wrong = (PhotoFault(nameplate.id, "serial_unreadable", None),)
    audits.judge(world.actor("auditor"), job_id, Said("evidence", photos=wrong), later)
    app.extensions["clock"] = lambda: later + HOUR
    image = tmp_path / "nameplate.jpg"
    image.write_bytes(picture())
    phone = pick_up()
    phone.open(as_installer)
    expect(phone.page.locator("#to-late")).to_be_visible()
    phone.open(f"/pages/job/index?id={job_id}")
    expect(phone.page.get_by_text("要重拍：序列号看不清或不一致")).to_be_visible()
    expect(phone.page.locator("#supplement")).to_have_text("请先重拍要补的照片")
    phone.look("installer-24-asked-again")
    photograph(phone, "#take-nameplate", image, agreeing=True)
    expect(phone.page.locator("#supplement")).to_have_text("补好了，交给稽核")
    phone.page.locator("#supplement").click()
    expect(phone.page.locator("#supplement")).to_have_count(0)
    assert (world.row(job_id).audit, phone.complaints) == ("waiting", [])
