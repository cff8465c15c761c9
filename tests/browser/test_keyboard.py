"""The console without a mouse: dialogues that take the focus, keep it and give it back; a day's work by keys alone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from domain.actions import Action, Command
from services.lifecycle import perform
from tests.browser.conftest import Desk
from tests.browser.tour import Tour
from tests.rows import rows
from tests.services.test_lifecycle import booked
from tests.worlds import World

NAMED = """() => {
    const here = document.activeElement;
    return here.getAttribute("aria-label") || here.labels?.[0]?.innerText || here.innerText;
}"""
MOST = 90  # presses


def test_every_dialogue_takes_the_focus_keeps_it_and_gives_it_back(tour: Tour) -> None:
    """It has a name, Tab goes round in it, Escape closes it, and one is where one was."""
    assert len(tour.dialogues) > 40
    wrong = [f"{where}: {faults}" for where, faults in tour.dialogues.items() if faults]
    assert not wrong, "\n".join(wrong)


def tab_to(page: Page, name: str) -> None:
    """By Tab alone to what bears this name."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if str(page.evaluate(NAMED)).replace(" ", "").strip() == name:
            return
    raise AssertionError(f"Tab never comes to {name}")


def test_an_agent_answers_a_complaint_without_a_mouse(sit_down: Callable[[str], Desk], world: World) -> None:
    """From the caller's number to the reply that is kept: the field, the job, the button, the words, the outcome."""
    job_id = booked(world)
    said = Command(Action.COMPLAINT_OPENED, category="attitude", note="进门没穿鞋套")
    perform(world.customer(job_id), job_id, said, world.now)
    desk = sit_down("agent")
    desk.open("/waiting")
    tab_to(desk.page, "查找工单")
    desk.page.keyboard.type(str(job_id))
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("region", name="谁、什么时候上门")).to_be_visible()
    desk.settle()
    tab_to(desk.page, "回复投诉")
    desk.page.keyboard.press("Enter")
    tab_to(desk.page, "说明")
    desk.page.keyboard.type("马上联系师傅")
    tab_to(desk.page, "确定")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("dialog")).to_be_hidden()
    assert len(rows("SELECT 1 FROM complaint_reply")) == 1
    assert desk.complaints == []
