"""Who has a phone in the demo's WeChat stand-in, whenever it serves; and what the story's agent names for a far way."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import network, people, ways
from demo.environment import environment


def test_the_demos_people_are_there_before_the_stand_in_starts_and_customers_come_again(
    tmp_path: Path,
) -> None:
    """A later run finds everybody of earlier ones; each is there once, and only the file's owner reads it."""
    file, customer = (
        tmp_path / "people.json",
        {"alias": "customer-1", "nickname": "马静", "phone": "13900009723"},
    )
    environment(tmp_path, "postgresql+psycopg:///x", "127.0.0.1", 8000, 8090, {})
    people.keep(file, [customer])
    again = environment(tmp_path, "postgresql+psycopg:///x", "127.0.0.1", 8000, 8090, {})

    staff = [one.alias for one in (*network.OFFICE.values(), *network.FIELD)]
    assert [one["alias"] for one in people.read(file)] == [*staff, "customer-1"]
    assert file.stat().st_mode & 0o777 == 0o600
    told = "\n".join(people.told(again))
    for said in (
        "owner-yu 于海涛（老板）",
        "customer-1 马静",
        "http://127.0.0.1:8090/ui/people/owner-zhao/login-code",
    ):
        assert said in told


@pytest.mark.parametrize(
    ("metres", "cap", "fen"), [(87_600, None, 15_520), (87_600, 8_000, 8_000), (None, None, 0)]
)
def test_the_agent_names_the_formula_carried_on_for_a_way_beyond_it(
    metres: int | None, cap: int | None, fen: int
) -> None:
    """(87.6 km − 10 km) × ¥2.00, up to the cap; nothing for a way that nobody measured."""
    rule = {"free_m": 10_000, "per_km_fen": 200, "cap_fen": cap}
    assert ways.price({"rule": rule, "way": {"distance_m": metres}}) == fen
