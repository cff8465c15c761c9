"""The house: arrows point one way, and one place decides when something is true."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import LAYERS, PACKAGES, ROOT, called, calls, parsed, python

UNIT_OF_WORK = Path("services/uow.py")
MIGRATION_COMMAND = Path("models/migrate.py")
TELLS_THE_TIME = {("datetime", "now"), ("datetime", "today"), ("date", "today")}
EDGES = ("api", "jobs", "demo", "bench", "tests", "migrations", "wsgi.py", "services/times.py")
STAND_IN = Path("wechat/stand_in")  # a stranger with a clock of its own


def test_the_arrows_between_the_layers_hold() -> None:
    """Every import-linter contract of pyproject.toml is kept."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_exactly_one_commit_and_it_is_the_unit_of_work() -> None:
    """A use case is true or not as a whole: nothing else in the product commits; a `commit` may pass the call on."""
    found = [
        str(path)
        for path, tree in python(*PACKAGES, "wsgi.py")
        for call in calls(tree, "commit")
        if not ast.unparse(call).startswith("super().")
    ]
    assert found == [str(UNIT_OF_WORK)]


def test_no_commit_hides_in_a_begin() -> None:
    """`with engine.begin()` commits, too; a savepoint (`begin_nested`) doesn't."""
    found = {
        path
        for path, tree in python(*LAYERS)
        for node in ast.walk(tree)
        if isinstance(node, ast.With | ast.AsyncWith)
        and any(
            isinstance(item.context_expr, ast.Call) and called(item.context_expr) == "begin"
            for item in node.items
        )
    }
    assert {path for path in found if STAND_IN not in path.parents} <= {UNIT_OF_WORK, MIGRATION_COMMAND}


def test_nobody_asks_for_a_time_without_a_zone() -> None:
    """`utcnow()` and `utcfromtimestamp()` return times that compare wrongly with all others."""
    names = ("utcnow", "utcfromtimestamp")
    assert [(str(path), name) for path, tree in python("") for name in names for _ in calls(tree, name)] == []


def test_only_the_edges_look_at_the_clock() -> None:
    """`now` is an argument everywhere but where a request, a tick or a person comes in."""
    found = {
        f"{path}:{node.lineno}"
        for path, tree in python("")
        if path.parts[0] not in EDGES and str(path) not in EDGES and STAND_IN not in path.parents
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (_receiver(node), called(node)) in TELLS_THE_TIME
    }
    assert found == set()


@pytest.mark.parametrize("layer", PACKAGES)
def test_each_layer_says_what_it_is_for(layer: str) -> None:
    """The docstring of the folder is the first thing a newcomer reads."""
    assert ast.get_docstring(parsed(Path(layer, "__init__.py")))


def _receiver(call: ast.Call) -> str:
    """`datetime` in `datetime.now()` and in `datetime.datetime.now()`."""
    value = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(value, ast.Attribute):
        return value.attr
    return value.id if isinstance(value, ast.Name) else ""
