"""The same Idempotency-Key gets the same answer, whatever happens in between."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import routes
from api.routes import Call
from domain.actors import Role
from services.answers import forget
from tests.api.conftest import SignIn
from tests.api.sample import Counted, Said, count, permitted

Rows = Callable[..., Any]


@pytest.fixture
def agent(sign_in: SignIn) -> dict[str, str]:
    """Headers of an agent with an Idempotency-Key."""
    return {**sign_in("agent"), "Idempotency-Key": "8c1f"}


def test_a_repeated_request_gets_the_first_answer_and_does_nothing(
    sample: FlaskClient, agent: dict[str, str], rows: Rows
) -> None:
    """Three attempts of a phone are one action."""
    answers = [sample.post("/sample/count", json={"name": "a"}, headers=agent) for _ in range(3)]
    assert [a.headers.get("Idempotent-Replay") for a in answers] == [None, "true", "true"]
    assert answers[0].data == answers[1].data == answers[2].data
    assert rows("SELECT count FROM rate_window") == (1,)


def test_another_body_or_address_under_the_same_key_is_refused(
    sample: FlaskClient, agent: dict[str, str]
) -> None:
    """422, and nothing is done."""
    sample.post("/sample/count", json={"name": "a"}, headers=agent)
    other_body = sample.post("/sample/count", json={"name": "b"}, headers=agent)
    other_route = sample.post("/sample/empty/1", headers=agent)
    for answer in (other_body, other_route):
        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")


def test_keys_belong_to_their_person_and_survive_a_new_session(
    sample: FlaskClient, sign_in: SignIn, insert: Callable[..., Any]
) -> None:
    """Two people may draw the same key; one person keeps theirs after signing in again."""
    key = {"Idempotency-Key": "1"}
    me = insert("person", subject_id=insert("subject", erased_at=None))
    headers = sign_in("agent", person_id=me)
    counts = [
        sample.post("/sample/count", json={"name": "a"}, headers={**who, **key}).json["count"]
        for who in (headers, sign_in("agent"), headers)
    ]
    assert counts == [1, 2, 1]


def test_a_refused_request_is_judged_afresh(sample: FlaskClient, agent: dict[str, str], rows: Rows) -> None:
    """A refusal changed nothing, so it is not remembered; what stood in its way may be gone by then."""
    rows("INSERT INTO rate_window VALUES ('sample:once', '2020-01-01Z', 1)")
    body = {"name": "once"}
    assert sample.post("/sample/count", json=body, headers=agent).status_code == 409
    assert rows("SELECT count(*) FROM remembered_answer") == (0,)
    rows("DELETE FROM rate_window")
    assert sample.post("/sample/count", json=body, headers=agent).status_code == 200


def test_an_answer_without_content_is_remembered_too(
    sample: FlaskClient, agent: dict[str, str], rows: Rows
) -> None:
    """204 twice, done once."""
    first, again = (sample.post("/sample/empty/7", headers=agent) for _ in range(2))
    assert (first.status_code, again.status_code, again.data) == (204, 204, b"")
    assert again.headers["Idempotent-Replay"] == "true"
    assert rows("SELECT count FROM rate_window") == (1,)


def test_a_photo_sent_again_is_recognised_by_its_parts(sample: FlaskClient, agent: dict[str, str]) -> None:
    """Every attempt draws another multipart boundary; another file under the same name is another request."""

    def send(data: bytes) -> Any:
        form = {"amount_fen": "12", "file": (io.BytesIO(data), "a.jpg")}
        return sample.post("/sample/upload", data=form, headers=agent)

    assert send(b"one").status_code == 200
    assert send(b"one").headers["Idempotent-Replay"] == "true"
    assert send(b"two").json["code"] == "idempotency_key_reused"


def test_twins_at_the_same_moment_do_one_thing_and_get_one_answer(
    sample: FlaskClient, agent: dict[str, str], rows: Rows
) -> None:
    """The later one waits for the earlier one, and gets its answer even where it would have been refused."""
    for name in ("a", "once"):
        start, answers = threading.Barrier(6), []

        def ask(name: str = name, start: threading.Barrier = start, answers: list[Any] = answers) -> None:
            own = sample.application.test_client()
            start.wait()
            headers = {**agent, "Idempotency-Key": f"twin-{name}"}
            answers.append(own.post("/sample/count", json={"name": name}, headers=headers))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {a.status_code for a in answers} == {200}
        assert len({a.data for a in answers}) == 1
        assert rows("SELECT count FROM rate_window WHERE key = %s", f"sample:{name}") == (1,)


@pytest.mark.parametrize("key", ["", "x" * 129, "a b", "中"])
def test_a_key_is_up_to_128_visible_characters(sample: FlaskClient, sign_in: SignIn, key: str) -> None:
    """Anything else is told, not ignored."""
    headers = {**sign_in("agent"), "Idempotency-Key": key.encode().decode("latin-1")}
    answer = sample.post("/sample/count", json={"name": "a"}, headers=headers)
    assert answer.json["errors"][0]["field"] == "Idempotency-Key"


def test_neither_key_nor_answer_can_be_read_from_the_table(
    sample: FlaskClient, agent: dict[str, str], rows: Rows
) -> None:
    """Answers hold personal data and tokens; only who knows the key can open them."""
    sample.post("/sample/count", json={"name": "张三"}, headers=agent)
    row = rows("SELECT key, body FROM remembered_answer")
    assert "8c1f" not in row[0]
    assert "张三".encode() not in row[1]


def test_old_answers_are_forgotten(sample: FlaskClient, agent: dict[str, str], rows: Rows) -> None:
    """A sweep deletes them in batches."""
    sample.post("/sample/count", json={"name": "a"}, headers=agent)
    (written,) = rows("SELECT created_at FROM remembered_answer")
    assert forget(written) == 0
    assert forget(written + timedelta(seconds=1)) == 1
    assert rows("SELECT count(*) FROM remembered_answer") == (0,)


def test_a_changing_view_must_return_what_its_one_use_case_returned(
    app: Flask, monkeypatch: pytest.MonkeyPatch, agent: dict[str, str], rows: Rows
) -> None:
    """Otherwise the remembered answer would be another one than was given; tests meet this, not customers."""
    area = routes.area("wrong", "错误示范", prefix="/wrong")
    with permitted(monkeypatch):

        @routes.route(area, "POST", "/other", permission="sample:count", answer=Counted, summary="改了应答")
        def other(call: Call) -> Counted:
            count(Role.AGENT, Said("other"), call.now)
            return Counted("made up", 1, 1, call.now, None, Role.AGENT)

        @routes.route(area, "POST", "/two", permission="sample:count", answer=Counted, summary="两个用例")
        def two(call: Call) -> Counted:
            count(Role.AGENT, Said("first"), call.now)
            return count(Role.AGENT, Said("second"), call.now)

        app.register_blueprint(area)
    client = app.test_client()
    for path in ("/wrong/other", "/wrong/two"):
        assert client.post(path, headers={**agent, "Idempotency-Key": path}).status_code == 500
    assert rows("SELECT count(*) FROM rate_window WHERE key = 'sample:second'") == (0,)


def test_a_guests_answer_stays_theirs_when_the_session_gets_its_person(
    sample: FlaskClient, agent: dict[str, str], rows: Rows
) -> None:
    """Binding turns a guest into a person; the phone that repeats the binding is owed the first answer."""
    first = sample.post("/sample/count", json={"name": "a"}, headers=agent)
    rows(
        "UPDATE remembered_answer SET owner = 'session:' || (SELECT id FROM session)"
    )  # as a guest's is stored
    again = sample.post("/sample/count", json={"name": "a"}, headers=agent)
    assert (again.data, again.headers.get("Idempotent-Replay")) == (first.data, "true")
