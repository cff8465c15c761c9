"""Everything that a desk may do has its place in the console."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
from flask.testing import FlaskClient

ROOT = Path(__file__).parent.parent.parent
DESK = {"admin", "agent", "auditor", "dealer_owner", "dispatcher", "finance"}
HOLE = re.compile(r"\{[a-z_]+\}|\$\{[^{}]*\}")
LEFT_OUT = re.compile(r"^\| `([A-Z]+ /\S+)` \|", re.MULTILINE)
# Addresses that a page puts together: one kind of page, several answers.
PUT_TOGETHER = ("/api/v1/reports/", "/api/v1/people/{}/bindings/{}/")


def sources() -> str:
    """The console's own TypeScript, every hole of an address alike."""
    files = (ROOT / "console" / "src").rglob("*.ts*")
    return "".join(HOLE.sub("{}", file.read_text("utf-8")) for file in files if "made" not in file.parts)


def is_reached(text: str, method: str, path: str, operation: dict[str, Any]) -> bool:
    """Whether a page asks it, links to it, or makes its button of the contract."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if path.startswith("/api/v1/jobs/{job_id}/") and body.get("$ref", "").startswith(
        "#/components/schemas/Job"
    ):
        return True
    address = HOLE.sub("{}", path)
    asked = [f'{method}("{address}"', f'"{method.lower()}", "{address}"', f'{method} {address}"']
    linked = [f'"{address}"', f"`{address}`", f"`{address}?"] if method == "GET" else []
    put_together = any(address.startswith(stem) and f"`{stem}{{}}" in text for stem in PUT_TOGETHER)
    return put_together or any(form in text for form in (*asked, *linked))


def test_what_a_desk_may_do_has_its_place_in_the_console(client: FlaskClient) -> None:
    """Or docs/console.md says where it is instead, and names nothing that has a place."""
    text, paths = sources(), orjson.loads(client.get("/api/openapi.json").data)["paths"]
    missing = {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method, operation in methods.items()
        if method != "parameters" and DESK & set(operation["x-roles"])
        if not is_reached(text, method.upper(), path, operation)
    }
    assert missing == set(LEFT_OUT.findall((ROOT / "docs" / "console.md").read_text("utf-8")))
