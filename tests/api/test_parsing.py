"""Hostile input ends in a problem document, never in a view and never in a 500."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from api import parsing
from api.parsing import Malformed
from api.schemas import base
from domain.errors import Invalid
from tests.api.conftest import SignIn
from tests.api.sample import SaidBody, UploadForm

POINT = {"lng": 121.4, "lat": 37.5, "datum": "gcj02"}
DEEP = b'{"name":' + b"[" * 5000 + b"]" * 5000 + b"}"

HOSTILE_JSON: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"{", 400),
    (b"\xff\xfe", 400),
    (b'{"name": NaN}', 400),
    (b'{"name": "\\ud800"}', 400),
    (b'{"name": "\\udc00\\ud800"}', 400),
    ('{"name": "\ud800"}'.encode("utf-8", "surrogatepass"), 400),
    (b'{"name": "a\\u0000b"}', 400),
    (b'{"na\\u0000me": "a"}', 400),
    (b'{"name": ["a", {"b": "\\u0000"}]}', 400),
    (b'{"name": "a\x00b"}', 400),
    (DEEP, 400),
    (b'{"name":' + b"[" * 30 + b"]" * 30 + b"}", 400),
    (b"null", 422),
    (b"[]", 422),
    (b'"name"', 422),
    (b"7", 422),
    (b"{}", 422),
    (b'{"name": "a", "more": 1}', 422),
    (b'{"name": "a", "amount_fen": ' + b"9" * 5000 + b"}", 400),
    (b'{"name": "a", "amount_fen": 1e400}', 400),
    (b'{"name": "a", "amount_fen": 9223372036854775808}', 422),
    (b'{"name": "a", "amount_fen": -1}', 422),
    (b'{"name": "a", "amount_fen": 1.5}', 422),
    (b'{"name": "a", "amount_fen": true}', 422),
    (b'{"name": "a", "amount_fen": "1"}', 422),
    (b'{"name": "a", "amount_fen": null}', 422),
    (b'{"name": "a", "thing_id": 0}', 422),
    (b'{"name": "a", "thing_id": 9223372036854775808}', 422),
    (b'{"name": "a", "flag": 1}', 422),
    (b'{"name": "a", "flag": "true"}', 422),
    (b'{"name": "a", "at": "1900-01-01T00:00:00Z"}', 422),
    (b'{"name": "a", "at": "9999-12-31T23:59:59-23:59"}', 422),
    (b'{"name": "a", "at": "0001-01-01T00:00:00+23:59"}', 422),
    (b'{"name": "a", "at": "2026-02-30T00:00:00Z"}', 422),
    (b'{"name": "a", "at": "2026-01-01T00:00:00"}', 422),
    (b'{"name": "a", "at": "2026-01-01T00:00:00+99:00"}', 422),
    (b'{"name": "a", "at": 1767225600}', 422),
    (b'{"name": "a", "day": "9999-12-31"}', 422),
    (b'{"name": "a", "day": "1900-01-01"}', 422),
    (b'{"name": "a", "day": "20260101"}', 422),
    (b'{"name": "a", "place": {"lng": 181, "lat": 0, "datum": "gcj02"}}', 422),
    (b'{"name": "a", "place": {"lng": "1", "lat": 0, "datum": "gcj02"}}', 422),
    (b'{"name": "a", "place": {"lng": 1, "lat": 0, "datum": "mars"}}', 422),
    (b'{"name": "a", "place": [1, 2]}', 422),
    (b'{"name": "a", "tags": "abc"}', 422),
    (b'{"name": "a", "tags": ["a", "b", "c", "d"]}', 422),
    (b'{"name": "", "tags": []}', 422),
    (b'{"name": "   "}', 422),
    (b'{"name": "a\\u0007"}', 422),
    (b'{"name": "123456789012345678901"}', 422),
    (b'{"name": "a", "at": "\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa6-01-01T00:00:00Z"}', 422),
]


def test_hostile_json_is_a_problem_and_never_reaches_the_view(
    sample: FlaskClient, sign_in: SignIn, rows: Any
) -> None:
    """NUL, surrogates, nesting, huge numbers, impossible dates, wrong types: 400 or 422 as told."""
    headers = {**sign_in("agent"), "Content-Type": "application/json"}
    wrong = []
    for body, expected in HOSTILE_JSON:
        answer = sample.post("/sample/count", data=body, headers=headers)
        if (answer.status_code, answer.mimetype) != (expected, "application/problem+json"):
            wrong.append((body[:80], answer.status_code, expected))
    assert wrong == []
    assert rows("SELECT count(*) FROM rate_window") == (0,)


def test_hostile_addresses_and_queries_are_problems(sample: FlaskClient, sign_in: SignIn) -> None:
    """The same for what stands in the address."""
    headers = sign_in("agent")
    cases = {
        "/sample/list/a%00b": 400,
        "/sample/list/%ED%A0%80": 200,  # werkzeug replaces what is no UTF-8
        "/sample/list/x?cursor=%00": 400,
        "/sample/list/x?%00=1": 400,
        "/sample/list/x?cursor=!!": 422,
        "/sample/list/x?cursor=WzEsMl0": 422,
        "/sample/list/x?limit=0": 422,
        "/sample/list/x?limit=101": 422,
        "/sample/list/x?limit=1.0": 422,
        "/sample/list/x?limit=" + "9" * 5000: 422,
        "/sample/list/x?limit=%D9%A1": 422,
        "/sample/list/x?limit=1&limit=2": 422,
        "/sample/list/x?limit=1&unknown=2": 422,
        "/sample/list/x?flag=yes": 422,
        "/sample/list/x?flag=true&thing_id=7": 200,
        "/sample/list/x?thing_id=9223372036854775808": 422,
    }
    assert {path: sample.get(path, headers=headers).status_code for path in cases} == cases
    ids = ("0", "-1", "1e3", "01", "9" * 5000, "٣")
    assert {sample.post(f"/sample/empty/{i}", headers=headers).status_code for i in ids} == {404}
    nobodys = ("9223372036854775807", "9223372036854775808", "9" * 40)  # asked for like any other, by who may
    assert {sample.post(f"/sample/empty/{i}", headers=headers).status_code for i in nobodys} == {204}
    assert {sample.post(f"/sample/empty/{i}").status_code for i in nobodys} == {401}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x/y"],
)
def test_a_body_that_is_not_said_to_be_json_is_415(
    sample: FlaskClient, sign_in: SignIn, content_type: str
) -> None:
    """Reading text/plain as empty would hide a client's mistake."""
    answer = sample.post(
        "/sample/count", data=b'{"name":"a"}', content_type=content_type, headers=sign_in("agent")
    )
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_a_body_over_the_routes_limit_is_413_wherever_it_is_noticed(
    sample: FlaskClient, sign_in: SignIn
) -> None:
    """64 KiB unless the route says more; with and without a declared length."""
    headers = sign_in("agent")
    big = b'{"name": "' + b"a" * 70_000 + b'"}'
    said = sample.post("/sample/count", data=big, content_type="application/json", headers=headers)
    unsaid = sample.post(
        "/sample/count",
        input_stream=io.BytesIO(big),
        content_type="application/json",
        headers=headers,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert [a.status_code for a in (said, unsaid)] == [413, 413]
    form = {"amount_fen": "1", "file": (io.BytesIO(b"a" * 70_000), "a.jpg")}
    assert sample.post("/sample/upload", data=form, headers=headers).status_code == 200
    form = {"amount_fen": "1", "file": (io.BytesIO(b"a" * 2_100_000), "a.jpg")}
    assert sample.post("/sample/upload", data=form, headers=headers).status_code == 413


def test_a_form_is_checked_like_json(sample: FlaskClient, sign_in: SignIn) -> None:
    """Numbers arrive as text there; NUL, repeated and unknown parts are refused."""
    headers = sign_in("agent")

    def send(**parts: Any) -> int:
        form = MultiDict([("file", (io.BytesIO(b"x"), "a.jpg")), ("amount_fen", "1")])
        for name, value in parts.items():
            form.setlist(name, value if isinstance(value, list) else [value])
        return sample.post(
            "/sample/upload", data=form, content_type="multipart/form-data", headers=headers
        ).status_code

    assert send() == 200
    assert send(amount_fen="1\x00") == 400
    assert send(amount_fen=["1", "2"]) == 422
    assert send(amount_fen="one") == 422
    assert send(more="1") == 422
    assert send(file="not a file") == 422
    json = sample.post("/sample/upload", json={"amount_fen": 1}, headers=headers)
    assert json.status_code == 415


def test_a_route_without_a_body_takes_none(sample: FlaskClient, sign_in: SignIn) -> None:
    """Some clients send {} for nothing; anything else was meant to say something."""
    headers = sign_in("agent")
    assert sample.post("/sample/empty/1", json={}, headers=headers).status_code == 204
    assert sample.post("/sample/empty/1", json={"a": 1}, headers=headers).status_code == 422


def test_all_faults_are_told_at_once_with_their_place(sample: FlaskClient, sign_in: SignIn) -> None:
    """A person corrects a form once, not field by field."""
    body = {
        "amount_fen": "x",
        "place": {"lng": 500, "lat": 1, "datum": "gcj02"},
        "tags": ["ok", 5],
        "more": 1,
    }
    answer = sample.post("/sample/count", json=body, headers=sign_in("agent"))
    found = {(fault["field"], fault["code"]) for fault in answer.json["errors"]}
    assert found == {
        ("name", "required"),
        ("amount_fen", "type"),
        ("place.lng", "range"),
        ("tags.1", "type"),
        ("more", "unknown"),
    }
    assert all(fault["message"] for fault in answer.json["errors"])


def test_good_input_comes_out_in_our_types() -> None:
    """Times in UTC, blanks cut, 5.0 read as 5 as JSON Schema has it."""
    said = parsing.load(
        SaidBody(),
        {
            "name": " 张三 ",
            "amount_fen": 5.0,
            "at": "2026-08-14T09:30:00.25+08:00",
            "day": "2026-08-14",
            "place": POINT,
            "flag": False,
        },
    )
    assert (said.name, said.amount_fen, said.day, said.flag) == ("张三", 5, date(2026, 8, 14), False)
    assert said.at == datetime(2026, 8, 14, 1, 30, 0, 250_000, tzinfo=UTC)
    assert said.place["datum"] is base.Datum.GCJ02
    assert isinstance(said.amount_fen, int)


def test_a_backslash_before_u0000_is_no_nul() -> None:
    """Someone may write about escapes."""
    assert parsing.parse(rb'{"a": "\\u0000"}') == {"a": r"\u0000"}
    with pytest.raises(Malformed):
        parsing.parse(rb'{"a": "\\\u0000"}')


def test_wide_input_is_not_mistaken_for_deep_input() -> None:
    """A hundred order lines are fine."""
    assert len(parsing.parse(b"[" + b",".join([b"{}"] * 1000) + b"]")) == 1000


def test_endless_faults_are_cut_short() -> None:
    """A hundred faults are enough for anybody, and names are not echoed at length."""
    with pytest.raises(Invalid) as refused:
        parsing.load(SaidBody(), {"x" * 1000 + str(n): 1 for n in range(500)})
    assert len(refused.value.errors) == 100
    assert max(len(fault.field) for fault in refused.value.errors) <= 100


def test_form_and_query_read_numbers_from_text_and_json_does_not() -> None:
    """Everything is text there; in JSON a number in quotes is a mistake."""
    with pytest.raises(Invalid):
        parsing.load(SaidBody(), {"name": "a", "amount_fen": "12"})
    with pytest.raises(Invalid) as refused:
        parsing.load(UploadForm(), {"amount_fen": "12"})
    assert [fault.field for fault in refused.value.errors] == ["file"]


def test_when_a_deed_was_sent_is_no_part_of_what_it_is() -> None:
    """A phone that tries again later says so in `sent_at`, under the same key; anything else makes another deed."""

    def print_of(**body: str) -> bytes:
        with Flask("t").test_request_context("/x", method="POST", json=body):
            return parsing.fingerprint(request)

    first = print_of(note="a", sent_at="2026-03-02T02:00:00Z")
    assert first == print_of(note="a", sent_at="2026-03-02T05:30:00.250Z")
    assert first != print_of(note="b", sent_at="2026-03-02T02:00:00Z")
    assert print_of(note='"sent_at": "x"') != print_of(note='"sent_at": "y"')
