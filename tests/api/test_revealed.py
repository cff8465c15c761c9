"""A look at a customer's contact is a look each time, and its answer is kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests import worlds


def test_a_repeated_look_is_another_look_and_no_answer_is_kept(
    app: Flask, client: FlaskClient, clock: Any, rows: Callable[..., Any]
) -> None:
    """The same Idempotency-Key twice: two lines in the log, nothing in the table of answers."""
    world = worlds.build()
    clock.now = world.now
    headers = {**world.sign_in("agent", clock.now), "Idempotency-Key": "look"}
    job_id = world.job()

    looks = [
        client.post(f"/api/v1/jobs/{job_id}/reveal", json={"reason": "complaint"}, headers=headers)
        for _ in range(2)
    ]

    assert [look.json["name"] for look in looks] == ["张三", "张三"]
    assert rows("SELECT count(*) FROM remembered_answer") == (0,)
    assert rows("SELECT count(*) FROM access_event WHERE kind = 'revealed'") == (2,)
