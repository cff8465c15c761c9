"""One access token for all processes: shared, encrypted, refreshed by one of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from models import db
from services.wechat_tokens import DatabaseTokens
from tests.standing_in import APP, SECRET
from wechat.gateway import Gateway
from wechat.settings import WeChatSettings
from wechat.stand_in.remote import Remote
from wechat.stand_in.server import StandIn
from wechat.tokens import Token

TOKEN = "cgi-bin/stable_token"
IN_TRANSACTION = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def process(stand_in: StandIn, sim: Remote) -> Callable[[], Gateway]:
    """What another process would have: a gateway and a store of its own over the same database."""
    settings = WeChatSettings(APP, SECRET, stand_in.base_url, timeouts=(1.0, 3.0), allow_http=True)
    return lambda: Gateway(settings, DatabaseTokens(APP), stand_in.world.clock.now)


def test_what_one_process_writes_the_other_reads_with_everything_in_it(app: Flask) -> None:
    """Value, end and the time of the last forced refresh come back; a second write replaces the first."""
    one, two = DatabaseTokens(APP), DatabaseTokens(APP)
    assert two.read() is None
    for forced_at in (None, LATER - timedelta(days=1)):
        one.write(Token("the-token", LATER, forced_at))
        assert two.read() == Token("the-token", LATER, forced_at)
    assert DatabaseTokens("another-app").read() is None


def test_at_rest_the_token_is_not_readable(app: Flask) -> None:
    """Encrypted under the master key; under another key it is as if there were none."""
    DatabaseTokens(APP).write(Token("the-token", LATER))
    with db.engine.connect() as connection:
        assert b"the-token" not in connection.execute(text("SELECT value FROM wechat_token")).scalar_one()
    with db.engine.begin() as tx:
        tx.execute(text("UPDATE wechat_token SET value = overlay(value PLACING '\\x00' FROM 20 FOR 1)"))
    assert DatabaseTokens(APP).read() is None


def test_many_processes_without_a_token_ask_wechat_once(
    app: Flask, sim: Remote, process: Callable[[], Gateway]
) -> None:
    """Six at the same time: one call to the token endpoint, six messages' worth of answers."""
    ready = threading.Barrier(6)
    links: list[str] = []

    def run() -> None:
        gateway = process()
        with app.app_context():
            ready.wait()
            links.append(gateway.url_link("pages/index", "", 1))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(links) == 6
    assert len(sim.journal(TOKEN)) == 1


def test_a_token_replaced_behind_our_back_is_replaced_once_for_all(
    app: Flask, sim: Remote, process: Callable[[], Gateway]
) -> None:
    """After 40001 the first process fetches, the second finds the new one in the database."""
    one, two = process(), process()
    one.url_link("pages/index", "", 1)
    sim.fault("rotate_token_silently", path="wxa/generate_urllink", times=1)
    before = len(sim.journal(TOKEN))
    for gateway in (one, two):
        assert gateway.url_link("pages/index", "", 1)
    assert len(sim.journal(TOKEN)) - before == 1


def test_while_one_refreshes_the_others_wait_and_no_transaction_is_open(app: Flask) -> None:
    """The lock is exclusive, held in autocommit, and free again after a failure."""
    held, order = threading.Event(), []
    store = DatabaseTokens(APP)

    def second() -> None:
        with app.app_context():
            held.wait()
            with DatabaseTokens(APP).refreshing():
                order.append("second")

    def first() -> None:
        with store.refreshing():
            held.set()
            thread.join(0.3)
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                assert connection.execute(text(IN_TRANSACTION)).scalar_one() == 0
            order.append("first")
            raise RuntimeError

    thread = threading.Thread(target=second)
    thread.start()
    with pytest.raises(RuntimeError):
        first()
    thread.join()
    assert order == ["first", "second"]
