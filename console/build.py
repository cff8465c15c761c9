"""Builds the console into `console/dist`: `make web`."""

from __future__ import annotations

from pathlib import Path

from front import contract
from front.building import Front, pack

CONSOLE = Front(Path(__file__).resolve().parent, "控制台", ("index.html", "vite.config.ts"))
TABLES = {"access": contract.access, "forms": contract.forms, "words": contract.words}


def bundle(front: Front) -> None:
    """One page and its files, packed."""
    front.run("npx", "vite", "build", "--logLevel", "warn")
    pack(sorted(front.dist.rglob("*")))


if __name__ == "__main__":
    CONSOLE.build(TABLES, bundle)
