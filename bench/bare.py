"""The floor of the web: a Flask route that answers JSON and knows nothing, under the same gunicorn."""

from __future__ import annotations

from typing import Any

from flask import Flask

app = Flask("bare")


@app.post("/bare")
def bare() -> dict[str, Any]:
    """As many members as a deed's answer has."""
    return {
        "id": 1,
        "kind": "install",
        "status": "accepted",
        "version": 4,
        "held": None,
        "event_seq": 4,
        "available_actions": ["assign", "contact", "book"],
    }
