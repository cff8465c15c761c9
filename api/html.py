"""Pages of HTML rendered on the server: one environment, everything escaped, a name that is missing is an error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
# What a page with a script of its own may do: talk to us and nobody else, and stand in nobody's frame.
OWN_SCRIPT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(name: str, policy: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """The template filled in; kept by nobody."""
    response = Response(PAGES.get_template(name).render(values), status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    return response
