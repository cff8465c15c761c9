"""kill -9 in the middle of the month's money; `make bench-crashes` does it fifty times with more jobs."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import psycopg

from bench.lives import Lives, buried, ground, lay, ledger_of, place
from tests.settings import config_for


def test_the_ledger_is_the_same_to_the_fen_wherever_its_runs_were_killed(
    database_url: str, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """Killed somewhere in each run and gone on with, the same entries, words, statements and shares come of it."""
    connection.autocommit = True
    ground(connection, jobs=120, dealers=6)
    lives, dice = Lives(config_for(database_url, tmp_path)), random.Random(5)
    lay(connection)
    seconds = lives.whole()
    calm = ledger_of(connection)
    assert calm.legs > 500

    for n in (0, 1, 2, 3, 5):  # what follows the silence and the close is short
        lay(connection)
        lives.cut(*place(dice, seconds, n))
        buried(connection)
        lives.whole()
        assert ledger_of(connection) == calm
