"""Terms in months, and what a record names."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.retention import MONTHS, NAMES, Kind, Rule


def test_a_term_ends_at_shanghais_midnight_so_many_months_later() -> None:
    """Counted in the calendar, not in days; the last day of a short month stands for those it has not."""
    at = datetime(2026, 3, 30, 20, 0, tzinfo=UTC)  # the 31st in Shanghai
    assert Rule(Kind.PHOTOS, 1).before(at) == datetime(2026, 2, 27, 16, 0, tzinfo=UTC)
    assert Rule(Kind.PHOTOS, 24).before(at) == datetime(2024, 3, 30, 16, 0, tzinfo=UTC)


def test_every_kind_has_a_name_a_term_and_a_rule_that_says_both() -> None:
    """A kind without a term would be kept for ever."""
    assert set(NAMES) == set(MONTHS) == set(Kind)
    assert [Rule(kind, MONTHS[kind]).version for kind in Kind][:2] == ["1:photos:24", "1:points:6"]
