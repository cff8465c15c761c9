"""An installer in a cellar: the day opens, work is written down, nothing is lost, all of it arrives once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from domain.actions import Action, Command
from services.lifecycle import perform
from tests.phone.conftest import Phone
from tests.photographing import booked, picture
from tests.rows import rows
from tests.worlds import World

PickUp = Callable[[], Phone]
# Evaluating has no end of its own.
READY = """() => Promise.race([
    navigator.serviceWorker.ready.then(() => true),
    new Promise((_, no) => setTimeout(() => no(new Error("no service worker")), 20000)),
])"""


def test_a_day_without_a_network_survives_a_kill_and_arrives_once(
    pick_up: PickUp, world: World, as_installer: str, tmp_path: Path
) -> None:
    """Check-in and photo are written down offline, still there after the application was closed, and sent in order."""
    job_id = booked(world)
    image = tmp_path / "site.jpg"
    image.write_bytes(picture())
    phone = pick_up()
    phone.open(as_installer)
    phone.page.locator(f"#job-{job_id}").click()
    expect(phone.page.locator("#check-in")).to_be_visible()
    phone.page.evaluate(READY)

    phone.context.set_offline(True)
    phone.page.locator("#check-in").click()
    phone.page.locator("#refuse").last.click()  # the place: a check-in without one is honest, and unknown
    phone.page.locator("#check-in-now").click()
    expect(phone.page.locator("#strip").last).to_contain_text("已记下 1 项")
    phone.page.locator("#take-site").click()
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator("#agree").last.click()
    chooser.value.set_files(image)
    expect(phone.page.locator("#strip").last).to_contain_text("已记下 2 项")

    phone.page.close()
    again = Phone(phone.context, phone.context.new_page(), phone.site)
    again.open(f"/pages/job/index?id={job_id}")
    expect(again.page.locator("#strip").last).to_contain_text("已记下 2 项")
    assert rows("SELECT 1 FROM photo") == []

    phone.context.set_offline(False)
    expect(again.page.locator("#strip")).to_have_count(0)
    [job] = rows("SELECT status FROM job WHERE id = :j", j=job_id)
    assert (job.status, len(rows("SELECT 1 FROM photo WHERE job_id = :j", j=job_id))) == ("on_site", 1)
    assert phone.complaints + again.complaints == []


def test_a_job_cancelled_meanwhile_is_explained_and_costs_no_photo(
    pick_up: PickUp, world: World, as_installer: str, tmp_path: Path
) -> None:
    """What was done in the cellar is refused in words; the photo goes past it, and is kept as evidence."""
    job_id = booked(world)
    image = tmp_path / "site.jpg"
    image.write_bytes(picture())
    phone = pick_up()
    phone.open(as_installer)
    phone.page.locator(f"#job-{job_id}").click()
    expect(phone.page.locator("#check-in")).to_be_visible()
    phone.context.set_offline(True)
    phone.page.locator("#check-in").click()
    phone.page.locator("#refuse").last.click()
    phone.page.locator("#check-in-now").click()
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator("#take-site").click()
        phone.page.locator("#agree").last.click()
    chooser.value.set_files(image)
    expect(phone.page.locator("#strip").last).to_contain_text("已记下 2 项")

    perform(world.actor("agent"), job_id, Command(Action.CANCEL, reason="customer"), world.now)
    phone.context.set_offline(False)
    expect(phone.page.locator("#strip").last).to_contain_text("2 项没有被接受")
    phone.look("installer-offline-refused")
    phone.page.locator("#strip").last.click()
    expect(phone.page.get_by_text("工单在您离线时有了变化").last).to_be_visible()
    expect(phone.page.get_by_text("照片已存为证据").last).to_be_visible()
    expect(phone.page.get_by_role("img", name="待发送的照片").last).to_be_visible()
    phone.look("installer-offline-why")
    [photo] = rows("SELECT status FROM photo WHERE job_id = :j", j=job_id)
    assert photo.status == "superseded"
    phone.page.get_by_role("button", name="收起").last.click()
    expect(phone.page.get_by_text("照片已存为证据")).to_have_count(0)
    phone.page.get_by_role("button", name="收起").last.click()
    phone.page.get_by_role("button", name="放弃").last.click()
    expect(phone.page.get_by_text("都已送达")).to_be_visible()
    assert phone.complaints == []
