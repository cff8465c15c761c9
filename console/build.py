"""Builds the console into `console/dist`: `make web`. Does nothing when neither sources nor contract changed.

Types and the table of who may call what come from the OpenAPI document, so a changed contract fails here. Node ≥ 20.19
is the machine's own, or the one that `requirements-web.txt` brings into the virtual environment.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DIST, MADE, MODULES = HERE / "dist", HERE / "src" / "made", HERE / "node_modules"
STAMP = DIST / "made-of"
NODE_LEAST = (20, 19)
PACKED = (".js", ".css", ".html", ".svg", ".json")


def main() -> None:
    document = subprocess.run(
        [sys.executable, "-m", "api.document"], cwd=HERE.parent, check=True, capture_output=True
    ).stdout
    made_of = _digest(document)
    if STAMP.exists() and STAMP.read_text() == made_of:
        print(f"控制台已是最新 / console is up to date: {DIST}")
        return
    environ = _with_node()
    _install(environ)
    MADE.mkdir(exist_ok=True)
    (MADE / "openapi.json").write_bytes(document)
    contract = json.loads(document)
    for name, text in (
        ("access", _access(contract)),
        ("forms", _forms(contract)),
        ("words", _words(contract)),
    ):
        (MADE / f"{name}.ts").write_text(
            f"// Made from the OpenAPI document by build.py.\n{text}", encoding="utf-8"
        )
    _run(environ, "npx", "openapi-typescript", "src/made/openapi.json", "-o", "src/made/schema.d.ts")
    _run(environ, "npx", "tsc", "--noEmit")
    _run(environ, "npx", "vite", "build", "--logLevel", "warn")
    for path in DIST.rglob("*"):
        if path.suffix in PACKED:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    STAMP.write_text(made_of)
    print(f"控制台已生成 / console built: {DIST}")


def _digest(document: bytes) -> str:
    """Of everything that the result depends on."""
    found = hashlib.sha256(document)
    sources = sorted(
        path for path in (HERE / "src").rglob("*") if path.is_file() and MADE not in path.parents
    )
    for path in [
        *sources,
        *(HERE / name for name in ("package-lock.json", "index.html", "vite.config.ts", "tsconfig.json")),
    ]:
        found.update(str(path.relative_to(HERE)).encode() + path.read_bytes())
    return found.hexdigest()


def _access(document: dict[str, Any]) -> str:
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


def _words(document: dict[str, Any]) -> str:
    """The codes in the words of the field, as the product's own rules have them."""
    tables = (
        f"export const {name.upper()}: Words = {json.dumps(words, indent=1, ensure_ascii=False)};\n"
        for name, words in document["x-words"].items()
    )
    return "export type Words = Readonly<Record<string, string>>;\n\n" + "".join(tables)


JOB = "/api/v1/jobs/{job_id}/"
NOT_FILLED_IN = {"occurred_at", "sent_at"}  # a phone's words


def _forms(document: dict[str, Any]) -> str:
    """What each action on a job asks for: `available_actions` names them, the contract their fields."""
    schemas = document["components"]["schemas"]
    found = {}
    for path, methods in document["paths"].items():
        operation = methods.get("post", {})
        body = (
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        )
        name = body.get("$ref", "").rpartition("/")[2]
        if path.startswith(JOB) and name.startswith("Job"):
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


def _with_node() -> Mapping[str, str]:
    """An environment whose PATH has a Node that is new enough."""
    own = Path(sys.executable).parent
    for folder in (None, own):
        environ = (
            dict(os.environ) if folder is None else {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
        )
        if _version(environ) >= NODE_LEAST:
            return environ
    _run(
        os.environ,
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--require-hashes",
        "-r",
        "../requirements-web.txt",
    )
    return {**os.environ, "PATH": f"{own}:{os.environ['PATH']}"}


def _version(environ: Mapping[str, str]) -> tuple[int, ...]:
    node = shutil.which("node", path=environ["PATH"])
    if node is None or shutil.which("npm", path=environ["PATH"]) is None:
        return (0,)
    said = subprocess.run(
        [node, "--version"], env=environ, capture_output=True, text=True, check=False
    ).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def _install(environ: Mapping[str, str]) -> None:
    """`npm ci`, unless these very packages are there."""
    mark, lock = MODULES / ".lock", hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if not (mark.exists() and mark.read_text() == lock):
        _run(environ, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
        mark.write_text(lock)


def _run(environ: Mapping[str, str], *command: str) -> None:
    print("$", " ".join(command), flush=True)
    done = subprocess.run(command, cwd=HERE, env=environ, check=False)
    if done.returncode:
        raise SystemExit(f"✗ {command[0]} {command[1]}: {done.returncode}")


if __name__ == "__main__":
    main()
