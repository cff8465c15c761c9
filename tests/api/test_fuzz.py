"""schemathesis over the whole OpenAPI document of the real application, as everybody who may knock.

What fits the schemas and what does not, the same in every run. Checked: no failure, only documented statuses,
types of content, headers and bodies; and that what breaks the schema is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.guises import Guise
from tests.api.matrix import OWN, Matrix, converters, made_matrix  # noqa: F401 - a fixture

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
EXAMPLES = 3  # per operation and mode, for each caller
CALLERS = 2
NO_STATE = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def operations(matrix: Matrix) -> Iterator[tuple[Any, Any, str]]:
    """(operation, declaration, rule) of the whole document; a route that is not in it fails."""
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", matrix.app)
    declared = {}
    for one, rule in matrix.routes():
        path = rule
        for part in rule.replace(">", "<").split("<")[1::2]:
            path = path.replace(f"<{part}>", f"{{{part.rpartition(':')[2]}}}")
        declared[one.method, path] = (one, rule)
    for found in schema.get_all_operations():
        operation = found.ok()
        yield operation, *declared.pop((operation.method.upper(), operation.path))
    assert [path for _, path in declared if path.startswith("/api/v1")] == []


def callers(matrix: Matrix, declared: Any) -> list[Guise | None]:
    """The first and the last of those who may knock."""
    found = [who for who in matrix.knocking(declared) if who.token]
    return [found[0], found[-1]][: min(CALLERS, len(found))] if found else [None]


def test_nothing_that_schemathesis_thinks_of_breaks_the_contract(matrix: Matrix) -> None:
    """Every operation, with data that fits and data that does not, on own objects and on invented ones."""
    wrong, calls = [], 0
    for operation, declared, rule in operations(matrix):
        for mode in MODES:
            done = attempt(matrix, operation, declared, rule, mode)
            calls += done[0]
            wrong += done[1]
    assert not wrong, "\n\n".join(wrong[:20])
    assert calls > 1000


def attempt(
    matrix: Matrix, operation: Any, declared: Any, rule: str, mode: GenerationMode
) -> tuple[int, list[str]]:
    """(requests made, what was wrong) for one operation and mode: whatever is thought of is asked by every caller."""
    wrong: list[str] = []
    count, people = 0, callers(matrix, declared)

    @NO_STATE
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        nonlocal count
        case.headers = {
            name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"
        }
        for who in people:
            count += 1
            if who and mode == GenerationMode.POSITIVE and (names := converters(rule)):
                case.path_parameters = {name: matrix.value(who, name, OWN) for name in names}
            answer = case.call(headers=who.headers(declared.method, "", b"", 0) if who else None)
            if answer.status_code < 300 and declared.method != "GET":
                matrix.anew()
            try:
                case.validate_response(answer, checks=CHECKS)
            except BaseExceptionGroup as failures:
                place = f"{declared.method} {declared.rule} as {who and who.name}"
                wrong.extend(f"{place}: {one} {told(one)}" for one in failures.exceptions)

    with suppress(Unsatisfiable):  # nothing to be wrong about in an address without anything
        ask()
    return count, wrong


def told(failure: BaseException) -> str:
    """What schemathesis has to say about a failure."""
    return str(getattr(failure, "message", ""))[:500]
