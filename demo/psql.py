"""`make psql`: a prompt in DATABASE_URL if that is set, else in the demo's database, by the wheel's psql."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from demo import postgres
from demo.places import data_folder, programs

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Become psql; arguments are passed on."""
    address = os.environ.get("DATABASE_URL") or demo_address()
    psql = str(programs() / "psql")
    os.execv(psql, [psql, postgres.libpq(address), *sys.argv[1:]])  # noqa: S606 - our own program, no shell wanted


def demo_address() -> str:
    """The running demo's DATABASE_URL."""
    data = data_folder(ROOT / "var" / "postgres")
    if postgres.postmaster(data) is None:
        raise SystemExit("演示数据库未运行 / the demo's database isn't running: make run")
    return postgres.dsn_of(data, "tuozhuang")


if __name__ == "__main__":
    main()
