"""The repository's own text, for the guards in this folder: which files count, and what is in them."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYERS = ("domain", "services", "models", "api", "uploads", "wechat", "channels", "jobs")
PACKAGES = (*LAYERS, "demo")
SKIPPED = {"node_modules", "var", "dist", "__pycache__"}  # made, not written
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".in",
    ".txt",
    ".ini",
    ".mako",
    ".json",
    ".ts",
    ".tsx",
    ".js",
    ".css",
    ".html",
    ".csv",
}


@cache
def files() -> tuple[Path, ...]:
    """Every file somebody wrote, as paths below the root; folders starting with a dot are tools' caches."""
    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name for name in folders if name == ".ci" or not (name.startswith(".") or name in SKIPPED)
        ]
        found.extend(Path(folder, name).relative_to(ROOT) for name in names)
    return tuple(sorted(found))


def texts() -> Iterator[tuple[Path, str]]:
    """Each text file with its contents."""
    for path in files():
        if path.suffix in TEXT or not path.suffix:
            yield path, (ROOT / path).read_text(encoding="utf-8", errors="replace")


def python(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Each Python file below these folders ("" for all), parsed."""
    for path in files():
        if path.suffix == ".py" and ("" in folders or path.parts[0] in folders):
            yield path, parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of one file below the root."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """Calls of the function or method `name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) == name:
            yield node


def called(call: ast.Call) -> str:
    """The last part of what is called: `commit` in `session.commit()`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions and methods, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
