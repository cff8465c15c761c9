"""Under an Idempotency-Key the use case's own return is what is kept, so its kind must be the declared one.

Read from the annotations of what each view calls: no route has to be called for it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import typing
from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask

from api.described import Declared
from api.schemas.base import is_schema
from services.uow import use_case

USE_CASE = use_case(lambda _: None).__code__


def changing(app: Flask) -> Iterator[tuple[Declared, Callable[..., Any]]]:
    """The views whose answers may be kept, as they were written."""
    served: list[Any] = list(app.view_functions.values())
    for serve in served:
        declared = serve.declared
        if declared.once and not declared.public and declared.answer is not None:
            yield declared, inspect.getclosurevars(serve).nonlocals["view"]


def returned(function: Callable[..., Any]) -> Iterator[Any]:
    """The kind each return of a view has in the end; the source text where no call says it."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    given = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from kinds(node.value, given, inspect.unwrap(function).__globals__)


def kinds(node: ast.expr, given: dict[str, ast.expr], known: dict[str, Any]) -> Iterator[Any]:
    """Of one expression: `(answer, headers)` is its answer, a helper of the api is what that returns."""
    if isinstance(node, ast.Tuple):
        node = node.elts[0]
    if isinstance(node, ast.Name) and node.id in given:
        node = given[node.id]
    if not isinstance(node, ast.Call):
        yield ast.unparse(node)
        return
    called = eval(ast.unparse(node.func), known)
    if isinstance(called, type):
        yield f"{ast.unparse(node)} made by the view"
    elif called.__module__.startswith("api."):
        yield from returned(called)
    else:
        yield typing.get_type_hints(inspect.unwrap(called))["return"]


def aside(function: Callable[..., Any]) -> Iterator[str]:
    """The use cases that a view runs without returning what they return: that would be kept, and be another kind."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    known = inspect.unwrap(function).__globals__
    given = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.Return)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or id(node) in given:
            continue
        called = ast.unparse(node.func)
        if called.partition(".")[0] in known and getattr(eval(called, known), "__code__", None) is USE_CASE:
            yield ast.unparse(node)


def fits(declared: Declared, kind: Any) -> bool:
    """Whether what was returned is what is declared; a schema names fields and not a kind."""
    if is_schema(declared.answer):
        return not isinstance(kind, str)
    return (
        set(typing.get_args(kind) or (kind,)) <= {declared.answer, declared.known} or kind == declared.answer
    )


def test_a_view_returns_what_its_use_case_returned(app: Flask) -> None:
    """What the use case returned is kept; of anything made of it the repeated request would know nothing."""
    assert {declared.rule: found for declared, view in changing(app) if (found := list(aside(view)))} == {}


def test_a_view_returns_the_very_kind_that_its_use_case_does(app: Flask) -> None:
    """A view that wraps it answers 500 as soon as somebody sends an Idempotency-Key."""
    wrong = [
        f"{declared.method} {declared.rule}: {kind}"
        for declared, view in changing(app)
        for kind in returned(view)
        if not fits(declared, kind)
    ]
    assert wrong == []
