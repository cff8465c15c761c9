"""The steps that both builds share: the contract, a Node that is new enough, packages by the lock file, a stamp.

A build does nothing when neither its sources nor the contract changed. Types and tables come from the OpenAPI document,
so a changed contract fails the type check. Node ≥ 20.19 is the machine's own, or the one that `requirements-web.txt`
brings into the virtual environment.
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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NODE_LEAST = (20, 19)
PACKED = (".js", ".css", ".html", ".svg", ".json")
Maker = Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class Front:
    """A folder with package.json, src and a dist that is made; `sources` are the files beside src that count."""

    folder: Path
    name: str
    sources: tuple[str, ...]

    @property
    def dist(self) -> Path:
        """What is made."""
        return self.folder / "dist"

    @property
    def made(self) -> Path:
        """What is made of the contract, below the sources."""
        return self.folder / "src" / "made"

    def build(self, tables: Mapping[str, Maker], steps: Callable[[Front], None], part: str = "") -> None:
        """Run `steps` when anything changed; `tables`: name of a file in src/made → what makes its text.

        `part`: what `steps` make when that is not everything; after a whole build there is nothing left to do for it.
        """
        document = subprocess.run(
            [sys.executable, "-m", "api.document"], cwd=ROOT, check=True, capture_output=True
        ).stdout
        stamp, made_of = self.dist / "made-of", self._digest(document)
        if stamp.exists() and stamp.read_text() in (made_of, made_of + part):
            print(f"{self.name}已是最新 / up to date: {self.dist}")
            return
        stamp.unlink(missing_ok=True)
        self._install()
        self._write(document, tables)
        self.run("npx", "openapi-typescript", "src/made/openapi.json", "-o", "src/made/schema.d.ts")
        self.run("npx", "tsc", "--noEmit")
        steps(self)
        stamp.write_text(made_of + part)
        print(f"{self.name}已生成 / built: {self.dist}")

    def run(self, *command: str, **more: str) -> None:
        """One program in the folder; its failure ends the build."""
        print("$", " ".join(command), flush=True)
        environ = {**self.environ, **more}
        done = subprocess.run(command, cwd=self.folder, env=environ, check=False)
        if done.returncode:
            raise SystemExit(f"✗ {command[0]} {command[1]}: {done.returncode}")

    def _write(self, document: bytes, tables: Mapping[str, Maker]) -> None:
        self.made.mkdir(exist_ok=True)
        (self.made / "openapi.json").write_bytes(document)
        contract = json.loads(document)
        for name, make in tables.items():
            text = f"// Made from the OpenAPI document by the build.\n{make(contract)}"
            (self.made / f"{name}.ts").write_text(text, encoding="utf-8")

    def _digest(self, document: bytes) -> str:
        """Of everything that the result depends on."""
        found = hashlib.sha256(document)
        written = sorted(
            path
            for path in (self.folder / "src").rglob("*")
            if path.is_file() and self.made not in path.parents
        )
        beside = (self.folder / name for name in ("package-lock.json", "tsconfig.json", *self.sources))
        for path in (*written, *beside):
            found.update(str(path.relative_to(self.folder)).encode() + path.read_bytes())
        return found.hexdigest()

    def _install(self) -> None:
        """`npm ci`, unless these very packages are there."""
        mark = self.folder / "node_modules" / ".lock"
        lock = hashlib.sha256((self.folder / "package-lock.json").read_bytes()).hexdigest()
        if not (mark.exists() and mark.read_text() == lock):
            self.run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
            mark.write_text(lock)

    @cached_property
    def environ(self) -> Mapping[str, str]:
        """An environment whose PATH has a Node that is new enough."""
        own = Path(sys.executable).parent
        with_own = {**os.environ, "PATH": f"{own}:{os.environ['PATH']}"}
        for environ in (dict(os.environ), with_own):
            if _node_version(environ) >= NODE_LEAST:
                return environ
        pip = [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r"]
        subprocess.run([*pip, "requirements-web.txt"], cwd=ROOT, check=True)
        return with_own


def pack(files: Iterable[Path]) -> None:
    """A gzip beside each file that shrinks."""
    for path in files:
        if path.suffix in PACKED:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def _node_version(environ: Mapping[str, str]) -> tuple[int, ...]:
    node = shutil.which("node", path=environ["PATH"])
    if node is None or shutil.which("npm", path=environ["PATH"]) is None:
        return (0,)
    said = subprocess.run(
        [node, "--version"], env=environ, capture_output=True, text=True, check=False
    ).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])
