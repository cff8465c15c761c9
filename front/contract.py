"""What the OpenAPI document says, as TypeScript: who may call what, the words of the codes, the forms of actions."""

from __future__ import annotations

import json
from typing import Any


def access(document: dict[str, Any]) -> str:
    """Who may call what, as a TypeScript table: the permission matrix of the API itself."""
    table = {
        f"{method.upper()} {path}": operation["x-roles"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if "x-roles" in operation
    }
    return (
        f"export const ACCESS = {json.dumps(table, indent=1)} as const satisfies Record<string, readonly string[]>;\n"
        "export type Operation = keyof typeof ACCESS;\n"
    )


def words(document: dict[str, Any]) -> str:
    """The codes in the words of the field, as the product's own rules have them."""
    tables = (
        f"export const {name.upper()}: Words = {json.dumps(words, indent=1, ensure_ascii=False)};\n"
        for name, words in document["x-words"].items()
    )
    return "export type Words = Readonly<Record<string, string>>;\n\n" + "".join(tables)


def moves(document: dict[str, Any]) -> str:
    """Where each deed of an installer leads, for what a phone shows before the server has heard of it."""
    table = json.dumps(document["x-moves"]["installer"], indent=1)
    return (
        "type Moves = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string | null>>>>>>;\n\n"
        f"export const MOVES: Moves = {table};\n"
    )


def customer_forms(document: dict[str, Any]) -> str:
    """What a customer fills in, in a customer's words: the same that the plain page shows."""
    made = {
        name: {key: form[key] for key in ("name", "hint", "fields")}
        for name, form in document["x-customer-forms"].items()
    }
    table = json.dumps(made, indent=1, ensure_ascii=False)
    return (
        'import type { OwnForm } from "@/parts/form";\n\n'
        f"export const OWN_FORMS: Readonly<Record<string, OwnForm>> = {table};\n"
    )


JOB = "/api/v1/jobs/{job_id}/"
NOT_FILLED_IN = {"occurred_at", "sent_at"}  # a phone's words


def forms(document: dict[str, Any], roles: frozenset[str] | None = None) -> str:
    """What each action on a job asks for: `available_actions` names them, the contract their fields.

    `roles`: only actions of one of these.
    """
    schemas = document["components"]["schemas"]
    found = {}
    for path, methods in document["paths"].items():
        operation = methods.get("post", {})
        body = (
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        )
        name = body.get("$ref", "").rpartition("/")[2]
        wanted = roles is None or not roles.isdisjoint(operation.get("x-roles", ()))
        if wanted and path.startswith(JOB) and name.startswith("Job"):
            action = operation["x-permission"].removeprefix("job:")
            found[action] = {"path": path, "name": operation["summary"], "fields": _fields(schemas[name])}
    return (
        'import type { Form } from "@/parts/form";\n\n'
        f"export const FORMS: Readonly<Record<string, Form>> = {json.dumps(found, indent=1, ensure_ascii=False)};\n"
    )


def _fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = set(schema.get("required", ()))
    return [
        {"name": name, "kind": _kind(name, field), "required": name in required, **_choice(field)}
        for name, field in schema["properties"].items()
        if name not in NOT_FILLED_IN
    ]


def _choice(field: dict[str, Any]) -> dict[str, Any]:
    if "enum" not in field:
        return {}
    names = field.get("x-enum-names", {})
    return {"options": [[code, names.get(code, "")] for code in field["enum"]]}


def _kind(name: str, field: dict[str, Any]) -> str:
    """How it is filled in: choice, moment, money, yes, number, numbers, words, text, or the name of a schema."""
    inner = next((one for one in field.get("anyOf", ()) if "$ref" in one), field)
    if "$ref" in inner:
        return str(inner["$ref"].rpartition("/")[2])
    type_ = [field["type"]] if isinstance(field["type"], str) else field["type"]
    if "enum" in field:
        return "choice"
    if field.get("format") == "date-time":
        return "moment"
    if "integer" in type_:
        return "money" if name.endswith("_fen") else "number"
    if "array" in type_:
        items = field["items"]
        return str(items["$ref"].rpartition("/")[2]) + "[]" if "$ref" in items else items["type"] + "[]"
    return "yes" if "boolean" in type_ else "text"
