"""Small files, small functions, said in words; nothing in them that belongs to one machine."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.source import LAYERS, ROOT, calls, functions, python, texts

LONGEST_FILE, LONGEST_TEST_FILE, LONGEST_FUNCTION = 300, 550, 45
GENERATED = Path("migrations/versions")
# In pieces, so that this file may stand among those it searches.
MACHINE_PATHS = [f"/{name}/" for name in ("work", "Users")] + ["/home/" + "[a-z]", "/opt/" + "(wheels|pypi)"]
REGISTRIES = [
    "pypi" + r"\.org",
    "python" + r"hosted\.org",
    "registry" + r"\.npm",
    "npm" + r"mirror\.",
    "yarn" + r"pkg\.com",
]


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    """A file that grows past it has two subjects; tests of one subject may be longer than the subject."""
    long = {}
    for path, _ in python(""):
        lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
        limit = LONGEST_TEST_FILE if path.parts[0] == "tests" else LONGEST_FILE
        if GENERATED not in path.parents and lines > limit:
            long[str(path)] = lines
    assert long == {}


def test_no_function_is_longer_than_forty_five_lines() -> None:
    """A function fits on a screen."""
    long = {
        f"{path}:{function.name}": lines
        for path, tree in python(*LAYERS, "demo")
        for function in functions(tree)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_every_file_says_why_it_is_there() -> None:
    """Each module of the product opens with a docstring."""
    assert [str(path) for path, tree in python(*LAYERS, "demo") if not ast.get_docstring(tree)] == []


def test_every_test_names_its_rule() -> None:
    """A failing test should tell a stranger which rule is broken."""
    mute = [
        f"{path}:{function.name}"
        for path, tree in python("tests")
        for function in functions(tree)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert mute == []


def test_the_product_speaks_through_logs_and_answers_only() -> None:
    """`print` to the terminal is for the demo and the benches; one with `file=` writes a protocol."""
    found = [
        f"{path}:{call.lineno}"
        for path, tree in python(*LAYERS, "wsgi.py")
        for call in calls(tree, "print")
        if not any(keyword.arg == "file" for keyword in call.keywords)
    ]
    assert found == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    """What is written here must hold on every machine and with every mirror."""
    forbidden = re.compile("|".join(MACHINE_PATHS + REGISTRIES))
    found = [
        f"{path}:{number}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []


def test_decisions_are_numbered_without_gaps_and_have_the_four_parts() -> None:
    """docs/adr: status, context, decision, consequences."""
    records = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        headings = re.findall(r"^## (\w+)", record.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Status", "Context", "Decision", "Consequences"], record.name
