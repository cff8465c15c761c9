"""The first admin, by a command on the server: nobody can invite before somebody is there.

    ADMIN_PASSWORD=… python -m services.first_admin --login wang [--force]

The password comes from ADMIN_PASSWORD or standard input, never from the command line. Refuses when there is an
active admin, unless --force. The second admin is invited by the first.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime

from flask import Flask
from sqlalchemy import Connection, func, insert, select, text

from domain.access import password_faults
from domain.actors import Role
from domain.errors import Conflict, DomainError, Invalid
from models import db
from models.person import Person, RoleBinding
from services import personal
from services.config import load
from services.credentials import put
from services.parts import access
from services.parts.hashing import hash_password
from services.parts.linking import PLACE
from services.uow import query, use_case

_LOCK = 0x61_646D_696E  # "admin"


class AdminExists(Conflict):
    """There is one already."""

    code = "admin_exists"
    title = "已有管理员；请由其发出邀请，或加 --force"


def create(login: str, password: str, now: datetime, *, force: bool = False) -> int:
    """Make an admin with a console login; returns the person's id. `AdminExists`, `Invalid`."""
    name = login.strip().lower()
    faults = password_faults(name, password)
    if faults:
        raise Invalid("; ".join(fault.message for fault in faults), errors=faults)
    return _create(name, hash_password(password), now, force)


@use_case
def _create(tx: Connection, login: str, password_hash: str, now: datetime, force: bool) -> int:
    tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})  # two commands at once: one admin
    admins = select(func.count()).where(RoleBinding.role == Role.ADMIN, RoleBinding.status == "active")
    if tx.execute(admins).scalar_one() and not force:
        raise AdminExists
    subject_id, key = personal.new_subject(tx)
    sealed = personal.seal(key, PLACE, {"name": login, "phone": None})
    person_id = tx.execute(
        insert(Person).values(subject_id=subject_id, personal=sealed).returning(Person.id)
    ).scalar_one()
    binding = insert(RoleBinding).values(
        person_id=person_id, role=Role.ADMIN, status="active", decided_at=now
    )
    tx.execute(binding)
    put(tx, person_id, login, password_hash, now)
    access.note(tx, "first_admin", now, person_id=person_id, forced=force)
    return person_id


@query
def database_time(connection: Connection) -> datetime:
    """The time by the database: a command line has no request to take it from."""
    return connection.execute(select(func.now())).scalar_one()


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m services.first_admin", description="创建第一个管理员")
    parser.add_argument("--login", required=True)
    parser.add_argument("--force", action="store_true", help="已有管理员时也创建")
    given = parser.parse_args(arguments)
    password = os.environ.get("ADMIN_PASSWORD") or sys.stdin.readline().strip()
    settings = load()
    app = Flask("first_admin")
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.extensions["tuozhuang"] = settings
    db.init_app(app)
    with app.app_context():
        try:
            create(given.login, password, database_time(), force=given.force)
        except DomainError as refusal:
            raise SystemExit(f"{refusal.title}{'：' + refusal.detail if refusal.detail else ''}") from None
    sys.stdout.write(f"{given.login}: admin\n")


if __name__ == "__main__":
    main()
