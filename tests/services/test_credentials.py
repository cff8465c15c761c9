"""Console sign-in: password, one-time code, lock-out; and the first admin."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select, update

from domain.access import OtpNeeded, SignInRefused
from domain.actors import Actor, Role
from domain.errors import DomainError, Invalid, TooMany
from models import db
from models.person import AccessEvent, Credential, Person, RoleBinding
from models.session import Lockout, Session
from services import credentials, first_admin, second_factors
from services.parts import hashing
from services.parts.access import Came, Opened
from services.queries import sessions as reads
from tests.worlds import World

CAME = Came("203.0.113.7")
PASSWORD = "correct horse 7"


@pytest.fixture
def agent(world: World) -> Actor:
    """An agent with the login `zhang`."""
    actor = world.actor("agent", session_id=None)
    credentials.set_password(actor, "Zhang", PASSWORD, None, world.now)
    return actor


def sign_in(now: datetime, login: str = "zhang", password: str = PASSWORD, otp: str | None = None) -> Opened:
    return credentials.sign_in(login, password, otp, CAME, now)


def outcome(now: datetime, **how: str) -> tuple[str, str]:
    """The refusal as the caller sees it."""
    with pytest.raises(DomainError) as refused:
        sign_in(now, **how)
    return refused.value.code, str(refused.value)


def test_a_console_session_has_a_csrf_token_and_idles_out_after_twelve_hours(
    world: World, agent: Actor
) -> None:
    """Login names ignore case; only hashes are stored."""
    opened = sign_in(world.now, login=" ZHANG ")
    assert opened.csrf is not None
    assert opened.idle_expires_at == world.now + timedelta(hours=12)
    found = reads.find(reads.hashed(opened.token), world.now + timedelta(hours=11), None)
    assert found is not None
    assert (found.kind, found.caller, found.csrf_hash) == ("console", Role.AGENT, reads.hashed(opened.csrf))
    assert reads.find(reads.hashed(opened.token), world.now + timedelta(hours=12), None) is None


def test_unknown_login_wrong_password_and_no_post_look_the_same(world: World, agent: Actor) -> None:
    """One code and text; the trail tells them apart no more than the answer does."""
    seen = {outcome(world.now, login="nobody"), outcome(world.now, password="wrong password")}
    with db.engine.begin() as tx:
        tx.execute(update(RoleBinding).values(status="ended"))
    seen.add(outcome(world.now))
    assert seen == {("sign_in_refused", "登录名或密码不正确")}
    with db.engine.connect() as connection:
        events = connection.execute(select(AccessEvent).where(AccessEvent.kind == "sign_in_refused")).all()
    assert {(event.person_id, event.reason, str(event.data)) for event in events} == {
        (None, "sign_in_refused", "{'how': 'password'}")
    }


def test_an_unknown_login_costs_the_work_of_a_known_one(world: World, agent: Actor) -> None:
    """A dummy hash is verified: CPU time is of the same order, so timing names nobody."""

    def cost(login: str, day: int) -> float:
        before = time.process_time()
        for _ in range(4):
            outcome(world.now + timedelta(days=day), login=login, password="wrong password")
        return time.process_time() - before

    known = cost("zhang", 0) + cost("zhang", 4)
    unknown = cost("nobody", 2) + cost("nobody", 6)
    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize("login", ["zhang", "nobody"])
def test_five_failures_lock_a_login_with_growing_delay_whether_it_exists_or_not(
    world: World, agent: Actor, login: str
) -> None:
    """1 minute, then 2; the right password is refused as well while locked, and clears the count after."""
    for _ in range(5):
        assert outcome(world.now, login=login, password="wrong password")[0] == "sign_in_refused"
    with pytest.raises(TooMany) as locked:
        sign_in(world.now, login=login)
    assert locked.value.retry_after_s == 60
    minute = world.now + timedelta(minutes=1)
    assert outcome(minute, login=login, password="wrong password")[0] == "sign_in_refused"
    with pytest.raises(TooMany) as locked:
        sign_in(minute, login=login)
    assert locked.value.retry_after_s == 120
    if login == "zhang":
        later = minute + timedelta(minutes=2)
        sign_in(later)
        assert outcome(later, password="wrong password")[0] == "sign_in_refused"
        sign_in(later)


def test_a_hundred_guesses_at_once_are_judged_five_times(app: Flask, world: World, agent: Actor) -> None:
    """Attempts are charged before they are judged, in the database: at most the free ones get through."""

    def guess(_: int) -> str:
        with app.app_context():
            return outcome(world.now, password="wrong password")[0]

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(40)))
    assert outcomes.count("sign_in_refused") == 5
    assert outcomes.count("too_many_requests") == 35
    with db.engine.connect() as connection:
        lockout = connection.execute(select(Lockout).where(Lockout.key.like("password:%"))).one()
    assert lockout.failures == 5
    assert "zhang" not in lockout.key


def test_old_failures_are_forgotten_after_a_day(world: World, agent: Actor) -> None:
    """Four today and four tomorrow lock nobody."""
    for day in (0, 2):
        for _ in range(4):
            outcome(world.now + timedelta(days=day), password="wrong password")
    sign_in(world.now + timedelta(days=2))


def test_an_overloaded_process_refuses_without_counting_it_against_the_login(
    world: World, agent: Actor
) -> None:
    """When every turn for hashing is taken the answer is 429, and no failure is kept."""
    with hashing._turn(), hashing._turn():
        assert outcome(world.now)[0] == "too_many_requests"
    with db.engine.connect() as connection:
        key = Lockout.key.like("password:%")
        assert connection.execute(select(Lockout.failures).where(key)).scalar_one() == 0


def enrol(agent: Actor, now: datetime) -> pyotp.TOTP:
    enrolment = second_factors.enrol(agent, now)
    assert "zhang" in enrolment.uri
    totp = pyotp.TOTP(enrolment.secret)
    assert second_factors.confirm(agent, totp.at(now), now).enabled
    return totp


def test_a_one_time_code_is_asked_for_once_confirmed_and_is_good_once(world: World, agent: Actor) -> None:
    """Without it: `otp_needed`. The code of the confirmation, of an earlier step and a used one are refused."""
    second_factors.enrol(agent, world.now)
    sign_in(world.now)  # enrolled, not confirmed: no code asked
    totp = enrol(agent, world.now)
    with pytest.raises(OtpNeeded):
        sign_in(world.now)
    with pytest.raises(SignInRefused):
        sign_in(world.now, otp=totp.at(world.now))
    later = world.now + timedelta(minutes=5)
    assert sign_in(later, otp=totp.at(later)).role == "agent"
    for stale in (totp.at(later), totp.at(later - timedelta(seconds=30)), "000000"):
        with pytest.raises(SignInRefused):
            sign_in(later, otp=stale)


def test_one_code_sent_twice_at_once_opens_one_session(app: Flask, world: World, agent: Actor) -> None:
    """The step is spent by one conditional update."""
    totp = enrol(agent, world.now)
    later = world.now + timedelta(minutes=5)

    def enter(_: int) -> str:
        with app.app_context():
            try:
                return sign_in(later, otp=totp.at(later)).role
            except SignInRefused as refused:
                return refused.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enter, range(2))) == ["agent", "sign_in_refused"]


def test_the_second_factor_is_switched_off_by_a_valid_code_only(world: World, agent: Actor) -> None:
    """A wrong code is refused and counted; then sign-in asks for none."""
    totp = enrol(agent, world.now)
    later = world.now + timedelta(minutes=5)
    with pytest.raises(second_factors.OtpRefused):
        second_factors.disable(agent, "000000", later)
    assert not second_factors.disable(agent, totp.at(later), later).enabled
    sign_in(later)
    with pytest.raises(second_factors.NoCredential):
        second_factors.disable(agent, totp.at(later), later)


def test_a_changed_password_needs_the_old_one_and_ends_other_console_sessions(
    world: World, agent: Actor
) -> None:
    """The session that changes it goes on."""
    here, elsewhere = sign_in(world.now), sign_in(world.now)
    me = Actor(Role.AGENT, agent.person_id, here.id)
    with pytest.raises(SignInRefused):
        credentials.set_password(me, "zhang", "another horse 8", "wrong password", world.now)
    credentials.set_password(me, "zhang", "another horse 8", PASSWORD, world.now)
    assert reads.find(reads.hashed(here.token), world.now, None) is not None
    assert reads.find(reads.hashed(elsewhere.token), world.now, None) is None
    assert outcome(world.now)[0] == "sign_in_refused"
    sign_in(world.now, password="another horse 8")


def test_a_taken_login_a_weak_password_and_a_customer_are_refused(world: World, agent: Actor) -> None:
    """Faults name their fields; customers have no console."""
    with pytest.raises(Invalid) as refused:
        credentials.set_password(world.actor("finance"), "zhang", PASSWORD, None, world.now)
    assert refused.value.errors[0].code == "taken"
    with pytest.raises(Invalid):
        credentials.set_password(world.actor("finance"), "li4", "short", None, world.now)
    with pytest.raises(credentials.NoConsole):
        credentials.set_password(Actor(Role.CUSTOMER, 1), "li4", PASSWORD, None, world.now)


def test_the_first_admin_is_made_once_and_again_only_by_force(app: Flask) -> None:
    """Two commands at once make one admin; the password signs in."""
    now = datetime.fromisoformat("2026-03-02T02:00:00+00:00")

    def make(login: str) -> str:
        with app.app_context():
            try:
                first_admin.create(login, PASSWORD, now)
            except first_admin.AdminExists as refused:
                return refused.code
            return "made"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(make, ["wang", "zhao"])) == ["admin_exists", "made"]
    first_admin.create("qian", PASSWORD, now, force=True)
    assert credentials.sign_in("qian", PASSWORD, None, CAME, now).role == "admin"
    with pytest.raises(Invalid):
        first_admin.create("sun", "short", now, force=True)
    with db.engine.connect() as connection:
        admins = select(func.count(RoleBinding.id)).where(RoleBinding.role == "admin")
        assert connection.execute(admins).scalar_one() == 2


def test_the_command_reads_the_password_from_standard_input(app: Flask, tmp_path: Path) -> None:
    """As an operator runs it: no password in arguments or output; the second time it refuses."""
    config = app.extensions["tuozhuang"]
    key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    environ = {
        **os.environ,
        "MODE": "test",
        "DATABASE_URL": config.database_url,
        "SECRET_KEY": key,
        "PERSONAL_KEY": key,
        "LOOKUP_KEY": key,
        "PUBLIC_URL": "http://localhost",
        "PHOTO_ROOT": str(tmp_path),
        "SMS_LOG": str(tmp_path / "sms.log"),
        "WECHAT_APP_ID": "wx0000000000000000",
        "WECHAT_APP_SECRET": "0" * 32,
        "WECHAT_PUSH_TOKEN": "t",
        "WECHAT_PUSH_AES_KEY": "A" * 43,
    }
    command = [sys.executable, "-m", "services.first_admin", "--login", "wang"]
    root = Path(__file__).parents[2]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=root, env=environ, input=f"{PASSWORD}\n", capture_output=True, text=True, check=False
        )

    done, again = run(), run()
    assert (done.returncode, done.stdout) == (0, "wang: admin\n"), done.stderr
    assert again.returncode == 1
    assert "已有管理员" in again.stderr
    assert PASSWORD not in done.stdout + done.stderr + again.stderr
    with db.engine.connect() as connection:
        stored = connection.execute(select(Credential.password_hash)).scalar_one()
        people = connection.execute(select(func.count(Person.id))).scalar_one()
        sessions = connection.execute(select(func.count(Session.id))).scalar_one()
    assert stored.startswith("$argon2id$")
    assert (people, sessions) == (1, 0)
