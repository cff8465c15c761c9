"""The administrator's desk: people let in, prices published, rules of time changed with their effect seen first."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.uploads import pictures

SitDown = Callable[[str], Desk]


def test_an_invitation_shows_its_code_once_and_can_be_taken_back(sit_down: SitDown) -> None:
    """An agent is invited by telephone; the code is gone with its window, and the invitation at a press."""
    desk = sit_down("admin")
    desk.open("/people")
    page = desk.page
    page.get_by_role("button", name="邀请").first.click()
    page.get_by_label("手机号").fill("13912340077")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("邀 ?请")).click()
    told = page.get_by_role("dialog").filter(has_text="关闭后不再显示")
    expect(told.locator("strong")).to_have_text(re.compile(r"\S{6,}"))
    told.get_by_role("button", name=re.compile("Close|关闭")).click()
    expect(told).to_be_hidden()
    page.get_by_role("button", name="撤回邀请").first.click()
    page.get_by_role("dialog").get_by_role("button", name="撤回邀请").click()
    expect(page.get_by_role("cell", name="已撤回")).to_be_visible()
    assert desk.complaints == []


def test_a_price_list_is_published_as_a_new_version(sit_down: SitDown) -> None:
    """What stands is the beginning of the next version; the one before stays to be read."""
    desk = sit_down("admin")
    desk.open("/price-lists")
    page = desk.page
    page.get_by_role("button", name="发布新版").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("单价，第 1 行").fill("66.5")
    dialog.get_by_role("button", name="发布新版").click()
    expect(page.get_by_role("cell", name="¥66.50")).to_be_visible()
    expect(page.get_by_text(re.compile("第 2 版（现行）"))).to_be_visible()


def test_an_example_is_uploaded_for_a_slot_and_shown_with_the_next_version(sit_down: SitDown) -> None:
    """Seen in its row at once, on the checklist's page when that is published."""
    desk = sit_down("admin")
    desk.open("/categories/water_heater")
    page = desk.page
    page.get_by_role("button", name="发布新版").click()
    dialog = page.get_by_role("dialog")
    with page.expect_file_chooser() as asked:
        dialog.get_by_role("button", name="上传：示例图，第 1 行").click()
    photo = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": pictures.phone_jpeg()}
    asked.value.set_files([photo])
    expect(dialog.get_by_role("img", name="示例图，第 1 行")).to_be_visible()
    dialog.get_by_role("button", name="发布新版").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("img", name="的示例图")).to_have_js_property("naturalWidth", 960)
    assert desk.complaints == []


def test_a_rule_of_time_changes_only_after_its_effect_was_seen(sit_down: SitDown) -> None:
    """The last button waits for the preview, and for another one when something is changed after it."""
    desk = sit_down("admin")
    desk.open("/clock-policies?kind=accept")
    page = desk.page
    page.get_by_role("button", name="另定").click()
    dialog = page.get_by_role("dialog")
    confirm = dialog.get_by_role("button", name="确认另定")
    dialog.get_by_label("生效时间").fill("2030-01-01 00:00")
    dialog.get_by_label("生效时间").press("Enter")
    dialog.get_by_label("原因").fill("大促后放宽")
    expect(confirm).to_be_disabled()
    dialog.get_by_role("button", name="预览影响").click()
    expect(confirm).to_be_enabled()
    dialog.get_by_label("时长").fill("180")
    expect(confirm).to_be_disabled()
    dialog.get_by_role("button", name="预览影响").click()
    confirm.click()
    expect(page.get_by_role("cell", name="3 小时（服务时间）")).to_be_visible()


def test_a_run_is_asked_for_and_seen_waiting(sit_down: SitDown) -> None:
    """One task's runs, and one more at a press."""
    desk = sit_down("admin")
    desk.open("/runs?task=sla")
    desk.page.get_by_role("button", name="立即运行").click()
    expect(desk.page.get_by_text("排队中")).to_be_visible()


def test_a_dealer_keeps_what_was_not_changed(sit_down: SitDown) -> None:
    """One day of the week is closed; everything else of the dealer stands as before."""
    desk = sit_down("admin")
    desk.open("/dealers")
    page = desk.page
    line = page.locator("tbody tr.ant-table-row").first
    before = line.inner_text()
    line.get_by_role("button", name=re.compile("修 ?改")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("周日").uncheck()
    dialog.get_by_role("button", name=re.compile("修 ?改")).click()
    expect(dialog).to_be_hidden()
    assert line.inner_text() == before
    line.get_by_role("button", name=re.compile("修 ?改")).click()
    expect(dialog.get_by_label("周日")).not_to_be_checked()
    expect(dialog.get_by_label("周六")).to_be_checked()
