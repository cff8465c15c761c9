"""Role x route x whose object it is, generated from the url map: what belongs to others does not exist.

An own object is there: the deed is done or refused by the rules of the domain. Another dealer's, channel's or
customer's is 404, with the very words of an object that does not exist; and nothing has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from api.described import Declared
from tests.api.guises import Guise
from tests.api.matrix import GONE, OTHER, OWN, Matrix, converters, filled, made_matrix  # noqa: F401 - a fixture
from tests.api.realms import FOREIGN, KINDS, MISSING, OPEN, PERSONAL

# What a caller of our realm may know of the other one, and why.
SHARED = {
    ("dealer", "agent of a desk"): "a desk has channels; dealers work for all of them",
}
# Where even the own object is not there, and why.
_JUDGES = "an installer's change of WeChat is for the owner, an admin, or the person in the old account"
HIDDEN = {
    ("rebinding", name): _JUDGES
    for name in (
        "dispatcher1", "agent", "auditor", "finance", "agent of a desk", "customer", "customer by link"
    )
} | {
    ("suggestion", "agent of a desk"): "a suggestion counts every shop, so it is the brand's",
    ("item", "customer by link"): "a link has no person, so no inbox",
    ("session", "customer by link"): "a link has no person, so no other sessions",
}  # fmt: skip


def test_every_object_in_an_address_is_known_to_the_matrix(matrix: Matrix) -> None:
    """A new route with a new kind of object has to say here whose it may be."""
    unknown = {
        f"{declared.method} {declared.rule}: {name}"
        for declared, rule in matrix.routes()
        for name in converters(rule)
        if name not in KINDS and name not in OPEN
    }
    assert unknown == set()


def combinations(who: Guise, kinds: list[str]) -> Iterator[tuple[str, ...]]:
    """Which objects of an address are whose: one of them is not the caller's, or they do not belong together."""
    for whose in product((OWN, OTHER), repeat=len(kinds)):
        strange = [
            kind
            for kind, one in zip(kinds, whose, strict=True)
            if one == OTHER and (kind, who.name) not in SHARED
        ]
        mixed = len(set(whose)) > 1
        if mixed or (strange and (not who.everything or PERSONAL & set(strange))):
            yield whose


def test_what_belongs_to_others_is_not_found_and_nothing_tells_it_from_what_does_not_exist(
    matrix: Matrix,
) -> None:
    """404 in the words of a missing object, never 403, never 200; afterwards every table is as it was.

    A part of another job under a job that one knows may also be refused by that job's state: as if it were missing.
    """
    before, wrong, asked = matrix.prints(), [], 0
    for declared, rule in matrix.routes():
        names = converters(rule)
        if declared.public or not names or any(name in OPEN for name in names):
            continue
        kinds = [KINDS[name] for name in names]
        for who in matrix.knocking(declared):
            for whose in [(GONE,) * len(names), *combinations(who, kinds)]:
                answer = told(matrix, who, declared, rule, whose)
                missing = tuple(GONE if one == OTHER else one for one in whose)
                if (
                    who.everything and len(whose) > 1
                ):  # who knows both jobs asks for a part that is not of this one
                    missing = (*whose[:-1], GONE)
                expected, asked = told(matrix, who, declared, rule, missing), asked + 1
                known = len(whose) > 1 and (whose[0] == OWN or (who.everything and whose[0] == OTHER))
                if answer != expected or answer[0] not in ((404, 409) if known else (404,)):
                    wrong.append((declared.method, declared.rule, who.name, whose, answer, expected))
    assert not wrong, "\n".join(map(str, wrong))
    assert asked > 400
    assert matrix.prints() == before


def told(
    matrix: Matrix, who: Guise, declared: Declared, rule: str, whose: tuple[str, ...]
) -> tuple[int, Any]:
    """(status, body but for the request's own number) for objects of these."""
    values = {name: matrix.value(who, name, one) for name, one in zip(converters(rule), whose, strict=True)}
    answer = matrix.ask(who, declared, filled(rule, values))
    return answer.status_code, words(answer)


def words(answer: Any) -> dict[str, Any]:
    """A refusal but for the request's own number."""
    return {name: value for name, value in (answer.json or {}).items() if name != "request_id"}


def test_what_is_ones_own_is_there(matrix: Matrix) -> None:
    """Done, or refused by the domain: never 404, never a 403 of the door, never a failure."""
    wrong, done = [], 0
    for declared, rule in matrix.routes():
        names = converters(rule)
        if declared.public or not names:
            continue
        for who in matrix.knocking(declared):
            if any((KINDS.get(name, ""), who.name) in HIDDEN for name in names):
                continue
            own = {name: matrix.value(who, name, OWN) for name in names}
            answer = matrix.ask(who, declared, filled(rule, own))
            refused = answer.status_code in (409, 412, 422) or (
                answer.status_code == 403 and "available_actions" in answer.json
            )
            if answer.status_code >= 300 and not refused:
                wrong.append((declared.method, declared.rule, who.name, answer.status_code, answer.json))
            if answer.status_code < 300:
                done += 1
                if declared.method != "GET":
                    matrix.anew()
    assert not wrong, "\n".join(map(str, wrong))
    assert done > 100


def numbers(value: Any) -> Iterator[int]:
    """Every whole number anywhere in an answer."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inside in value:
            yield from numbers(inside)
    elif isinstance(value, int):
        yield value


def test_no_list_shows_what_belongs_to_others_whatever_is_filtered_by(matrix: Matrix) -> None:
    """Every GET without an object, also with the ids of others as filters, and every own page: no foreign number."""
    leaks = []
    for declared, rule in matrix.routes():
        if declared.method != "GET" or declared.public:
            continue
        filters = [""]
        if declared.query is not None:
            theirs = matrix.theirs.objects | {"channel": matrix.theirs.channel_id, "installer": 0}
            theirs["installer"] = matrix.theirs.objects["person"]
            fields = [name for name in declared.query.fields if name.removesuffix("_id") in theirs]
            filters += [f"?{name}={theirs[name.removesuffix('_id')]}" for name in fields]
        for who in matrix.knocking(declared):
            if who.everything:
                continue
            path = filled(rule, {name: matrix.value(who, name, OWN) for name in converters(rule)})
            for ask in filters:
                now = matrix.app.extensions["clock"]().timestamp()
                headers = who.headers("GET", path + ask, b"", now)
                answer = matrix.app.test_client(use_cookies=False).get(
                    path + ask, headers=headers, buffered=True
                )
                leaked = {number for number in numbers(answer.json) if FOREIGN < number < MISSING}
                leaked -= {matrix.theirs.dealer_id} if ("dealer", who.name) in SHARED else set()
                known_way = answer.status_code in (200, 404) or answer.json["code"] == "own_phone_needed"
                if leaked or not known_way:
                    leaks.append((declared.rule + ask, who.name, answer.status_code, leaked))
    assert not leaks, "\n".join(map(str, leaks))
