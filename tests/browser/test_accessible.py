"""What axe finds serious on the pages that somebody lives in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Desk
from tests.worlds import World

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(one => one.impact === 'serious' || one.impact === 'critical')
    .map(one => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 160), one.nodes[0].failureSummary])"""
PAGES = {
    "agent": ("/waiting", "/jobs", "/jobs/1", "/late", "/overview"),
    "auditor": ("/photo-wall", "/audits", "/audit-estimates"),
    "finance": ("/months", "/statements", "/fee-rules", "/ledger"),
    "owner1": ("/offers", "/capacity"),
    "admin": ("/people", "/runs", "/access"),
}


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(name: str, sit_down: Callable[[str], Desk], world: World) -> None:
    """Names of fields and buttons, contrast, roles, order of headings: nothing that shuts somebody out."""
    world.job()
    desk = sit_down(name)
    desk.open("/")
    found: dict[str, list[Any]] = {}
    for address in PAGES[name]:
        desk.open(address)
        desk.page.evaluate(AXE.read_text(encoding="utf-8"))
        if wrong := desk.page.evaluate(RUN):
            found[address] = wrong
    assert found == {}
