"""People arrive one after another on one connection, whose statements the driver prepares and keeps."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from models import db
from models.session import WechatIdentity
from services.parts import linking
from tests.worlds import World


def _account(tx: Connection, number: int, world: World) -> int:
    """A WeChat account nobody is bound to yet."""
    row = insert(WechatIdentity).values(
        app_id="wx0", openid=f"o{number}", first_seen=world.now, last_login=world.now
    )
    return int(tx.execute(row.returning(WechatIdentity.id)).scalar_one())


def test_the_twentieth_person_is_made_like_the_first(world: World) -> None:
    """A prepared statement finds the index of living people's phones as well as a fresh one does."""
    with db.engine.connect() as tx:
        made = [
            linking.attach(
                tx,
                linking.Here(0, _account(tx, number, world), "wx0", None),
                f"+86136000000{number:02d}",
                world.now,
            )
            for number in range(20)
        ]
        tx.rollback()

    assert len(set(made)) == 20
