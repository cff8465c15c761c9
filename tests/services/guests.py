"""What tests of people begin with: somebody who has just opened the mini-program, and an invitation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from domain.actors import Role
from models import db
from models.person import AccessEvent
from models.session import Session
from services import invitations, people
from services.invitations import Post
from services.parts.access import Opened
from services.people import Wish
from tests.standing_in import CAME, PHONES
from tests.worlds import World
from wechat.gateway import Gateway


def identity_of(opened: Opened) -> int:
    with db.engine.connect() as connection:
        return connection.execute(select(Session.identity_id).where(Session.id == opened.id)).scalar_one()


def invite(world: World, phone: str = PHONES["wang"], by: str = "owner1") -> str:
    actor = world.actor(by)
    post = Post(Role.INSTALLER, world.dealers[0], None, phone)
    return invitations.issue(actor, post, world.now).code


def bind(
    world: World, wechat: Gateway, who: Opened, code: str | None, phone_code: str | None, **more: object
) -> people.Bound:
    wish = Wish(code, phone_code, "2026-01" if phone_code else None, None)
    now = more.pop("now", world.now)
    came = more.pop("came", CAME)
    return people.bind(wechat, who.id, identity_of(who), replace(wish, **more), came, now)


def kinds() -> Sequence[str]:
    with db.engine.connect() as connection:
        return connection.execute(select(AccessEvent.kind).order_by(AccessEvent.id)).scalars().all()
