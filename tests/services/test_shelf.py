"""What processes keep of goods, rules and places is what stands there, in whatever order writers commit."""

from __future__ import annotations

from models import db
from services.parts import addresses, shelf
from tests.worlds import DISTRICT, SKU, World


def test_a_change_that_commits_after_a_younger_one_is_seen(world: World) -> None:
    """Its edition has the lower number: the newest number alone would hide it for ever."""
    with db.engine.connect() as slow, db.engine.connect() as quick, db.engine.connect() as reader:
        slow.exec_driver_sql("UPDATE product SET lead_days = 9")
        quick.exec_driver_sql("UPDATE channel SET name = '另一个商城'")
        quick.commit()
        before = shelf.newest(reader).goods[SKU].good.lead_days
        slow.commit()
        after = shelf.newest(reader).goods[SKU].good.lead_days
    assert (before, after) == (1, 9)


def test_a_division_whose_writer_commits_last_changes_the_tables_stamp(world: World) -> None:
    """The older transaction's change is not hidden behind the younger one's."""
    with db.engine.connect() as slow, db.engine.connect() as quick, db.engine.connect() as reader:
        slow.exec_driver_sql("UPDATE division SET name = '芝罘' WHERE code = %(code)s", {"code": DISTRICT})
        quick.exec_driver_sql("UPDATE division SET name = '烟台' WHERE code = '370600'")
        quick.commit()
        before = addresses.table_stamp(reader)
        slow.commit()
        after = addresses.table_stamp(reader)
    assert before != after
