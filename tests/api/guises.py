"""Everybody who calls on a realm's behalf, with a session or a key of his own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert

from api import signatures
from domain.actors import Role
from domain.permissions import Caller, Standing
from models import db
from models.person import Desk, DeskChannel, Person, RoleBinding
from models.session import ApiKey, CustomerLink
from services.personal import lookup, new_subject, seal, seal_secret
from tests.api.realms import Realm, execute, put, session
from tests.worlds import World


@dataclass(frozen=True)
class Guise:
    """Somebody who calls: as which caller of the permissions' table, and how he says who he is."""

    name: str
    caller: Caller
    token: str = ""
    person_id: int | None = None
    secret: str = ""
    everything: bool = False  # brand staff without a bound: knows both realms

    def headers(self, method: str, path: str, body: bytes, now: float) -> dict[str, str]:
        """What goes with a request; a shop system signs it."""
        if self.caller != Standing.SHOP:
            return {"Authorization": f"Bearer {self.token}"}
        key = secrets.token_hex(8)
        signature = signatures.sign(self.secret, method, path, int(now), key, body)
        given = f"{signatures.SCHEME} key_id={self.name}, ts={int(now)}, signature={signature}"
        return {"Authorization": given, "Idempotency-Key": key}


def callers(made: Realm) -> list[Guise]:
    """Everybody of a realm, and the brand's people who know all realms."""
    world, job_id = made.world, made.objects["job"]
    found = [_staff(world, f"{role}{made.number}") for role in ("owner", "dispatcher", "installer")] + [
        _staff(world, name, everything=True) for name in ("agent", "auditor", "finance", "admin")
    ]
    found += [_desk_agent(made), _buyer(made), _linked(world, job_id), _shop(made)]
    return found


def _staff(world: World, name: str, *, everything: bool = False) -> Guise:
    actor = world.actor(name)
    token, _ = session(world, actor.role, actor.person_id)
    return Guise(name, actor.role, token, actor.person_id, everything=everything)


def _somebody(world: World, phone: str) -> int:
    with db.engine.begin() as tx:
        subject_id, key = new_subject(tx)
    sealed = seal(key, "person.personal", {"name": "李四", "phone": phone})
    return put(Person, subject_id=subject_id, personal=sealed, phone_lookup=lookup("phone", f"+86{phone}"))


def _desk_agent(made: Realm) -> Guise:
    desk_id = put(Desk, name=f"第{made.number}组")
    execute(insert(DeskChannel).values(desk_id=desk_id, channel_id=made.channel_id))
    person = _somebody(made.world, f"1370000{made.number:04d}")
    put(RoleBinding, person_id=person, role="agent", desk_id=desk_id, status="active")
    token, _ = session(made.world, "agent", person)
    return Guise("agent of a desk", Role.AGENT, token, person)


def _buyer(made: Realm) -> Guise:
    person = _somebody(made.world, made.phone)
    put(RoleBinding, person_id=person, role="customer", status="active")
    token, _ = session(made.world, "customer", person)
    return Guise("customer", Role.CUSTOMER, token, person)


def _linked(world: World, job_id: int) -> Guise:
    now, until = world.now, world.now + timedelta(days=14)
    link_id = put(
        CustomerLink, token_hash=secrets.token_bytes(32), job_id=job_id, created_at=now, expires_at=until
    )
    token, _ = session(world, "customer", None, kind="link", link_id=link_id, job_id=job_id)
    return Guise("customer by link", Role.CUSTOMER, token)


def _shop(made: Realm) -> Guise:
    secret = secrets.token_hex(16)
    sealed = seal_secret(signatures.PLACE, secret)
    key_id = f"shop-{made.number}"
    put(ApiKey, key_id=key_id, secret=sealed, channel_id=made.channel_id, created_at=made.world.now)
    return Guise(key_id, Standing.SHOP, secret=secret)
