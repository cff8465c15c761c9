"""What axe finds serious on any page."""

from __future__ import annotations

from tests.browser.tour import Tour


def test_axe_finds_nothing_serious(tour: Tour) -> None:
    """Names of fields and buttons, contrast, roles, order of headings: nothing that shuts somebody out of any page."""
    assert len(tour.barriers) > len(tour.table)  # those for visitors too
    wrong = [f"{address}: {found}" for address, found in tour.barriers.items() if found]
    assert not wrong, "\n".join(wrong)
