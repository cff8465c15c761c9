"""The first stage in PostgreSQL among a million photos or ten: `make bench-search`.

The index is one row per word with the photos that keep it. It is filled by COPY (minutes, not hours; a run that was
stopped goes on where it was when `--data` names a folder), then photos are added as the product adds them, one
statement each, and copies of those are looked up among all.

    python -m bench.bench_search [--photos 1000000] [--data FOLDER] [--queries 300] [--buffers 4GB]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from bench import search_rows
from demo import postgres
from demo.places import data_folder
from services.parts.likeness import ADD, FIND, TOO_FREQUENT, ranked

PLANTED, SHARED = 200, 8
"""A random crop shares 20 and more words with its original, a photo of a screen 8."""
ASKED, ASKED_WHOLE = 1850, 96
TABLE = (
    "CREATE TABLE IF NOT EXISTS photo_word (word int NOT NULL, photos int[] NOT NULL) WITH (fillfactor = 85)"
)


def load(connection: psycopg.Connection[Any], photos: int) -> float:
    """Fills the table chunk by chunk, remembering which are there; seconds."""
    began = time.perf_counter()
    connection.execute(TABLE)
    connection.execute("CREATE TABLE IF NOT EXISTS loaded (first int PRIMARY KEY)")
    there = {first for (first,) in connection.execute("SELECT first FROM loaded")}
    for first in search_rows.chunks():
        if first in there:
            continue
        with connection.transaction(), connection.cursor() as cursor:
            with cursor.copy("COPY photo_word FROM STDIN (FORMAT binary)") as copy:
                copy.write(search_rows.HEAD)
                for part in search_rows.rows(first, photos):
                    copy.write(part)
                copy.write(search_rows.TAIL)
            cursor.execute("INSERT INTO loaded VALUES (%s)", (first,))
    with suppress(psycopg.errors.InvalidTableDefinition):
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("ALTER TABLE photo_word ADD PRIMARY KEY (word)")
    connection.execute("VACUUM (ANALYZE) photo_word")
    return time.perf_counter() - began


def plant(connection: psycopg.Connection[Any], photos: int) -> tuple[list[list[int]], list[float]]:
    """Adds photos as the product does; their words, and milliseconds of each with its commit."""
    chance = np.random.default_rng((3, photos, time.time_ns()))
    kept = [list(map(int, set(row))) for row in search_rows.drawn_many(chance, PLANTED, search_rows.WORDS)]
    spent = []
    for number, row in enumerate(kept):
        row += search_rows.drawn_whole(chance, search_rows.WHOLE_WORDS)
        began = time.perf_counter()
        connection.execute(ADD, {"photo": photos + 1 + number, "words": sorted(row)})
        spent.append(1000 * (time.perf_counter() - began))
    return kept, spent


def ask(
    connection: psycopg.Connection[Any], questions: list[list[int]]
) -> tuple[list[list[int]], list[float]]:
    """The candidates of each question, and milliseconds."""
    answers, spent = [], []
    for words in questions:
        began = time.perf_counter()
        found = ranked(connection.execute(FIND, {"words": words}), 0)
        spent.append(1000 * (time.perf_counter() - began))
        answers.append([one.photo_id for one in found])
    return answers, spent


def questions(kept: list[list[int]], many: int) -> list[list[int]]:
    """Copies: a few words of a planted photo among all the others that a query has."""
    chance = np.random.default_rng(5)
    others = search_rows.drawn_many(chance, many, ASKED)
    asked = []
    for number in range(many):
        shared = chance.choice(kept[number % len(kept)][: search_rows.WORDS], SHARED, replace=False)
        words = {*map(int, shared), *map(int, others[number]), *search_rows.drawn_whole(chance, ASKED_WHOLE)}
        asked.append(sorted(words))
    return asked


def faiss_flat(photos: int) -> dict[str, float]:
    """The same number of 256-bit fingerprints in memory, looked at one by one, in eight orientations."""
    try:
        import faiss
    except ImportError:
        return {}
    faiss.omp_set_num_threads(1)
    chance = np.random.default_rng(4)
    index = faiss.IndexBinaryFlat(256)
    index.add(chance.integers(0, 256, (photos, 32), np.uint8))
    spent = []
    for _ in range(20):
        asked = chance.integers(0, 256, (8, 32), np.uint8)
        began = time.perf_counter()
        index.range_search(asked, 31)
        spent.append(1000 * (time.perf_counter() - began))
    return {"faiss_flat_p50_ms": _at(spent, 50), "faiss_flat_p99_ms": _at(spent, 99)}


def burnt(connection: psycopg.Connection[Any]) -> float:
    """Milliseconds of processor the server's process of this connection has used; tells more on a busy machine."""
    fields = Path(f"/proc/{connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _at(spent: list[float], share: float) -> float:
    return round(float(np.percentile(spent, share)), 2)


def measure(connection: psycopg.Connection[Any], photos: int, many: int) -> dict[str, Any]:
    """Everything after loading."""
    before = burnt(connection)
    kept, added = plant(connection, photos)
    after = burnt(connection)
    asked = questions(kept, many)
    _, cold = ask(connection, asked)
    start, own = burnt(connection), time.process_time()
    answers, warm = ask(connection, asked)
    end, own = burnt(connection), time.process_time() - own
    found = sum(photos + 1 + number % PLANTED in answer for number, answer in enumerate(answers))
    sizes = connection.execute(
        "SELECT pg_relation_size('photo_word') / 1e6, pg_indexes_size('photo_word') / 1e6,"
        " (SELECT reltuples FROM pg_class WHERE oid = 'photo_word'::regclass)"
    ).fetchone()
    read = connection.execute(
        "SELECT sum(cardinality(photos)) FROM photo_word WHERE word = ANY(%s)", (asked[0],)
    ).fetchone()
    assert sizes
    assert read
    return {
        "photos": photos,
        "table_mb": round(float(sizes[0])),
        "index_mb": round(float(sizes[1])),
        "rows": int(sizes[2]),
        "add_p50_ms": _at(added, 50),
        "add_p99_ms": _at(added, 99),
        "add_cpu_ms": round((after - before) / PLANTED, 2),
        "first_pass_p50_ms": _at(cold, 50),
        "first_pass_p99_ms": _at(cold, 99),
        "warm_p50_ms": _at(warm, 50),
        "warm_p99_ms": _at(warm, 99),
        "warm_cpu_ms": round((end - start) / many, 2),
        "counting_cpu_ms": round(1000 * own / many, 2),
        "postings_read": int(read[0]),
        "copies_found": f"{found}/{many}",
        "candidates_a_query": round(float(np.mean([len(answer) for answer in answers])), 2),
        "too_frequent_from": TOO_FREQUENT,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--buffers", default="4GB", help="shared_buffers")
    parser.add_argument("--data", type=Path, help="keeps the cluster here, to go on or to ask again")
    asked = parser.parse_args()
    folder = asked.data or Path(tempfile.mkdtemp())
    data = data_folder(folder / "postgres")
    settings = {"shared_buffers": asked.buffers, "max_wal_size": "8GB", "jit": "off", "work_mem": "64MB"}
    server = postgres.start(data, settings)
    try:
        url = postgres.create_database(server, f"search_{asked.photos}")
        with psycopg.connect(postgres.libpq(url), autocommit=True) as connection:
            seconds = load(connection, asked.photos)
            report = {"load_s": round(seconds)} | measure(connection, asked.photos, asked.queries)
    finally:
        postgres.stop(data)
        if not asked.data:
            shutil.rmtree(folder, ignore_errors=True)
    report |= faiss_flat(asked.photos)
    for name, value in report.items():
        print(f"{name:22}{value!s:>14}")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
