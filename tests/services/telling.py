"""What tests of notices share: templates at the stand-in, accounts with grants, notices owed, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from domain.notices import CLAIM_PAGE, INBOX_PAGE, JOB_PAGE, SUBSCRIBE
from models import db
from models.notice import Grant
from models.person import Person
from models.session import WechatIdentity
from services.notices import Drained, drain_with
from services.parts.outbox import Owed, put
from services.personal import lookup, new_subject, seal
from services.sms import LogSms
from tests.rows import rows
from tests.standing_in import APP, SECRET
from tests.worlds import MONDAY, World, build
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote
from wechat.stand_in.server import StandIn

SEND = "cgi-bin/message/subscribe/send"


def set_up(sim: Remote, *left_out: str) -> None:
    """The console's side of `domain.notices.SUBSCRIBE`."""
    templates = [
        {"id": name, "title": one.title, "keys": {key: label for key, label, _ in one.fields}}
        for name, one in SUBSCRIBE.items()
        if name not in left_out
    ]
    pages = [JOB_PAGE, INBOX_PAGE, CLAIM_PAGE]
    sim.setup(apps=[{"appid": APP, "secret": SECRET, "pages": pages, "templates": templates}])


def customer(phone: str, now: datetime) -> int:
    """A person with that phone, as after verifying it in WeChat."""
    with db.engine.begin() as tx:
        subject_id, key = new_subject(tx)
        sealed = seal(key, "person.personal", {"name": None, "phone": f"+86{phone}"})
        new = insert(Person).values(
            subject_id=subject_id, personal=sealed, phone_lookup=lookup("phone", f"+86{phone}")
        )
        return int(tx.execute(new.returning(Person.id)).scalar_one())


@dataclass
class Post:
    """The drain with everything it needs, at WeChat's own time."""

    world: World
    sim: Remote
    gateway: Any
    sms: LogSms
    log: Path
    clock: Callable[[], datetime]

    def account(self, alias: str, person_id: int, *grants: str) -> int:
        """Bind the stand-in's person to ours, with one grant per name, at WeChat and in our ledger."""
        with db.engine.begin() as tx:
            account = insert(WechatIdentity).values(
                app_id=APP,
                openid=self.sim.user(alias)["openid"],
                person_id=person_id,
                first_seen=self.clock(),
                last_login=self.clock(),
            )
            identity_id = int(tx.execute(account.returning(WechatIdentity.id)).scalar_one())
            for name in sorted(set(grants)):
                tx.execute(
                    insert(Grant).values(
                        identity_id=identity_id,
                        template=name,
                        remaining=grants.count(name),
                        updated_at=self.clock(),
                    )
                )
        for name in grants:
            self.sim.grant(alias, **{name: "accept"})
        return identity_id

    def buyer(self, alias: str, *grants: str, phone: str = "13800138000") -> int:
        """A job of a customer who uses WeChat; returns the job's id."""
        job_id = self.world.job(phone=phone)
        self.account(alias, customer(phone, self.clock()), *grants)
        return job_id

    def owe(self, template: str, audience: str | None, job_id: int | None = None, **more: Any) -> None:
        """A notice as a deed leaves it in the outbox."""
        person_id = more.pop("row_person", None)
        payload = {"template": template, **({"audience": audience} if audience else {}), **more}
        serial = rows("SELECT count(*) AS n FROM outbox")[0].n
        owed = Owed("notice", f"test:{serial}", payload, job_id=job_id, person_id=person_id)
        with db.engine.begin() as tx:
            put(tx, [owed], self.clock())

    def drain(self, after: float = 0.0, gateway: Any = None) -> Drained:
        """Let `after` seconds pass for everybody, then drain once."""
        if after:
            self.sim.advance(after)
        return drain_with(self.clock() + timedelta(seconds=1), 500, gateway or self.gateway, self.sms)

    def delivered(self) -> list[tuple[str, str]]:
        """(alias, template) of every message that reached a phone."""
        return [(one["alias"], one["template_id"]) for one in self.sim.inbox() if one["delivered"]]

    def texted(self) -> list[str]:
        """The lines of the SMS log."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def states(self, wire: str) -> list[str]:
        """The states of a wire's rows, in order."""
        return [row.state for row in rows("SELECT state FROM outbox WHERE wire = :w ORDER BY id", w=wire)]


def left(identity_id: int, template: str) -> int:
    """What our ledger of grants says."""
    [row] = rows(
        'SELECT remaining FROM "grant" WHERE identity_id = :i AND template = :t', i=identity_id, t=template
    )
    return int(row.remaining)


def post_for(world: World, sim: Remote, gateway: Any, folder: Path, clock: Callable[[], datetime]) -> Post:
    """A post office over the stand-in."""
    set_up(sim)
    log = folder / "sms.log"
    return Post(world, sim, gateway, LogSms(log), log, clock)


@pytest.fixture(name="world")
def wechats_world(app: Flask, stand_in: StandIn, sim: Remote) -> World:
    """The invented brand, at WeChat's own time: ten in the morning, whatever the hour is here."""
    clock = stand_in.world.clock
    sim.advance(((MONDAY - clock.now()) % timedelta(days=1)).total_seconds())
    return build(clock.now())


@pytest.fixture(name="post")
def post_office(world: World, sim: Remote, wechat: Gateway, stand_in: StandIn, tmp_path: Path) -> Post:
    """The drain and what it needs."""
    return post_for(world, sim, wechat, tmp_path, stand_in.world.clock.now)
