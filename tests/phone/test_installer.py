"""An installer's job from the route to the next one, with a network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from domain.actions import Action, Command
from services import serial_numbers
from services.lifecycle import perform
from tests.phone.conftest import Phone
from tests.photographing import booked, dark, picture
from tests.rows import rows
from tests.worlds import SKU, World

PickUp = Callable[[], Phone]


def photograph(phone: Phone, button: str, image: Path, agreeing: bool = False) -> None:
    """Press what takes a picture, and give it this one; the first time somebody agrees to photos being kept."""
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator(button).click()
        if agreeing:
            phone.page.locator("#agree").click()
    chooser.value.set_files(image)


def test_a_job_is_worked_through_on_one_screen(
    pick_up: PickUp, world: World, as_installer: str, tmp_path: Path
) -> None:
    """Route, check-in, a dark photo that is told at once, an extra, what is lacking, submit, the customer's code."""
    job_id = booked(world)
    serial_numbers.set_form(world.actor("admin"), SKU, "SN-#####", world.now)
    bright, black = tmp_path / "bright.jpg", tmp_path / "black.jpg"
    black.write_bytes(dark())
    phone = pick_up()
    phone.open(as_installer)
    expect(phone.page.locator(f"#job-{job_id}")).to_be_visible()
    phone.look("installer-01-day")
    phone.page.locator(f"#job-{job_id}").click()
    expect(phone.page.locator("#check-in")).to_be_visible()
    phone.look("installer-02-job")
    phone.page.locator("#check-in").click()
    expect(phone.page.locator("#refuse")).to_have_count(1)
    phone.look("installer-03-consent")
    phone.page.locator("#refuse").click()
    phone.look("installer-04-check-in")
    phone.page.locator("#check-in-now").click()
    expect(phone.page.locator("#submit")).to_be_visible()

    photograph(phone, "#take-site", black, agreeing=True)
    expect(phone.page.get_by_text("照片太暗")).to_be_visible()
    phone.look("installer-05-dark")
    phone.page.get_by_text("删掉这张").click()
    expect(phone.page.get_by_text("照片太暗")).to_have_count(0)
    phone.page.locator("#waive-finished").click()
    phone.look("installer-25-waive")
    phone.page.get_by_text("返回").last.click()
    for slot in ("site", "nameplate", "finished"):
        bright.write_bytes(picture())
        photograph(phone, f"#take-{slot}", bright)
    phone.page.locator("#add-charge").click()
    phone.page.get_by_role("radio", name="打孔").click()
    bright.write_bytes(picture())
    photograph(phone, "#charge-photo", bright)
    expect(phone.page.locator("#charge-photo")).to_contain_text("已拍照片")
    phone.look("installer-06-extra")
    phone.page.locator("#add-charge-now").click()
    expect(phone.page.get_by_text("待客户确认")).to_be_visible()
    phone.page.locator("#submit").click()
    phone.page.locator("#serial-1").fill("SM-00001")
    expect(phone.page.get_by_text("应该像 SN-55555")).to_be_visible()
    phone.look("installer-09-serial")
    phone.page.locator("#serial-1").fill("SN-00001")
    expect(phone.page.get_by_text("打孔：客户还没有同意")).to_be_visible()
    phone.look("installer-07-lacking")
    [charge] = rows("SELECT id FROM charge WHERE job_id = :j", j=job_id)
    perform(world.customer(job_id), job_id, Command(Action.REFUSE_CHARGE, charge_id=charge.id), world.now)
    phone.page.reload()
    phone.page.locator("#submit").click()
    expect(phone.page.locator("#submit-now")).to_have_text("提交")
    phone.page.locator("#submit-now").click()
    phone.page.locator("#enter-code").click()
    phone.look("installer-08-code")
    [job] = rows("SELECT status FROM job WHERE id = :j", j=job_id)
    assert (job.status, phone.complaints) == ("submitted", [])
