"""A kept answer back from its JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.promise import Answer, LinePromise, RemoteFee, SelfInstall, TripFee, WindowPromised
from domain.promise_facts import Extra


def read_answer(data: Mapping[str, Any], extras: Sequence[Extra]) -> Answer:
    """The answer as it was given; `extras` are kept as a version of the price list, not with it."""
    lines = tuple(_line(line) for line in data["lines"])
    expires = datetime.fromisoformat(data["expires_at"])
    return Answer(**{**data, "lines": lines, "extras": tuple(extras), "expires_at": expires})


def _line(data: Mapping[str, Any]) -> LinePromise:
    windows = tuple(
        WindowPromised(w["part"], datetime.fromisoformat(w["start"]), datetime.fromisoformat(w["end"]))
        for w in data["windows"]
    )
    remote, trip, own = data["remote"], data["trip"], data["self_install"]
    read = {
        "windows": windows,
        "included": tuple(data["included"]),
        "notes": tuple(data.get("notes", ())),  # promises made before there were any have none
        "remote": RemoteFee(**remote) if remote else None,
        "trip": TripFee(**trip) if trip else None,
        "self_install": SelfInstall(**{**own, "steps": tuple(own["steps"])}) if own else None,
    }
    return LinePromise(**{**data, **read})
