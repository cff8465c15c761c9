"""Deliveries into order files for the story."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from channels.order_files import read
from channels.parsed import Bad, Good
from demo.order_files import (
    COLUMNS,
    deliveries_csv,
    invented_deliveries,
    order_file_from_deliveries,
    read_deliveries,
)
from domain.geo import distance_m

DAY = date(2026, 3, 2)
SKUS = [("LAMP-1", "吸顶灯", 29_900), ("EWH-60", "电热水器", 129_900)]


def test_the_same_seed_invents_the_same_deliveries_and_says_so() -> None:
    """Deterministic by seed, marked on every row, some without a place of acceptance, never done before begun."""
    first, again, other = (invented_deliveries(300, seed=s, day=DAY) for s in (1, 1, 2))
    assert first == again != other
    assert all(d.invented and d.delivered_at > d.accept_at for d in first)
    assert 0 < sum(d.accept_point is None for d in first) < 30
    header, *rows = deliveries_csv(first).splitlines()
    assert header == ",".join((*COLUMNS, "source"))
    assert all(row.endswith(",invented") for row in rows)


def test_invented_deliveries_survive_a_file(tmp_path: Path) -> None:
    """What is written in the six columns is read back, moved to the day asked for."""
    made = invented_deliveries(50, seed=3, day=DAY)
    path = tmp_path / "made.csv"
    path.write_text(deliveries_csv(made), encoding="utf-8")
    later = read_deliveries(path, day=DAY + timedelta(days=10))
    assert [d.accept_at - timedelta(days=10) for d in later] == [d.accept_at for d in made]
    assert [d.accept_point is None for d in later] == [d.accept_point is None for d in made]
    assert all(distance_m(a.delivery_point, b.delivery_point) < 1 for a, b in zip(made, later, strict=True))


def test_a_foreign_file_without_a_source_column_is_not_called_invented(tmp_path: Path) -> None:
    """Real data stays real; a row without a place of delivery is left out, NaN at acceptance is no place."""
    path = tmp_path / "real.csv"
    path.write_text(
        ",".join(COLUMNS) + "\n08-14 08:30:00,NaN,NaN,08-14 15:01:00,121.40,37.35\n"
        "08-14 08:31:00,121.4,37.4,08-14 15:01:00,NaN,NaN\n",
        encoding="utf-8",
    )
    (delivery,) = read_deliveries(path, day=DAY)
    assert (delivery.invented, delivery.accept_point) == (False, None)
    assert delivery.accept_at == datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


def test_an_order_file_is_read_back_with_a_fact_for_every_good_row() -> None:
    """Facts stand in the order of the good rows; the bad rows asked for come back as bad."""
    made = invented_deliveries(40, seed=5, day=DAY)
    file = order_file_from_deliveries(made, skus=SKUS, day=DAY, bad_rows=5)
    assert file == order_file_from_deliveries(made, skus=SKUS, day=DAY, bad_rows=5)
    parsed = list(read(io.BytesIO(file.content)))
    rows = [one.row for one in parsed if isinstance(one, Good)]
    assert sum(isinstance(one, Bad) for one in parsed) == 5
    assert [(r.order_number, r.sku, r.district) for r in rows] == [
        (f.order_number, f.sku, f.district) for f in file.facts
    ]
    for row, fact in zip(rows, file.facts, strict=True):
        assert row.ordered_at is not None
        assert row.delivered_at is not None
        assert row.ordered_at < row.delivered_at < fact.delivery.accept_at
