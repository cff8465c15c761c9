"""One database for many tests, one after another: emptied between them instead of copied anew.

A clone takes 50 ms, and every connection to it another 10 with cold caches; emptying takes 3 and the connections stay.
What a test leaves beyond rows (tables of its own, a session nobody ends) costs it the database: the next one gets a
fresh clone. Sequences begin anew, so that numbers are the same in whatever order tests run.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from demo import postgres

OURS = "kept between tests"  # the application_name of connections that outlive a test
TESTS_OF_ONE = 60  # rows once deleted slow the database down bit by bit: nothing vacuums so soon
ROWS_OF_ONE = 5_000

# Run in the template, when it is migrated: tests.empty() puts back what stands there now, and answers how many rows it
# deleted, or NULL when a test changed the schema. `replica`: neither foreign keys nor append-only tables object.
_TABLES = "FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
_PREPARE = """
CREATE SCHEMA tests;
CREATE TABLE tests.changed ();
CREATE TABLE tests.start AS
    SELECT seqrelid AS id, seqstart AS first, pg_sequence_last_value(seqrelid) AS last FROM pg_sequence;
CREATE FUNCTION tests.note_change() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tests.changed DEFAULT VALUES;
END $$;
"""
_EMPTY = """
CREATE FUNCTION tests.empty() RETURNS bigint LANGUAGE plpgsql SET session_replication_role = replica AS $$
DECLARE here bigint; deleted bigint := 0;
BEGIN
    IF EXISTS (SELECT 1 FROM tests.changed) THEN RETURN NULL; END IF;
    {deletes}
    PERFORM setval(id, coalesce(last, first), last IS NOT NULL) FROM tests.start
      WHERE pg_sequence_last_value(id) IS DISTINCT FROM last;
    RETURN deleted;
END $$;
CREATE FUNCTION tests.is_empty() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN NOT ({exist}); END $$;
CREATE EVENT TRIGGER note_change ON ddl_command_end EXECUTE FUNCTION tests.note_change();
"""
_PUT_BACK = """
CREATE FUNCTION tests.put_back() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $$
BEGIN
    {inserts}
    PERFORM setval(id, last) FROM tests.reached;
END $$;
CREATE TABLE tests.reached AS
    SELECT id, pg_sequence_last_value(id) AS last FROM tests.start
     WHERE pg_sequence_last_value(id) IS DISTINCT FROM last;
TRUNCATE tests.changed;
"""
_STRANGERS = """
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> %s
   AND pid <> pg_backend_pid()
"""


def prepare(url: str) -> None:
    """Teach a migrated template to be emptied."""
    with psycopg.connect(postgres.libpq(url)) as connection:
        connection.execute(_PREPARE)
        deletes, exist = [], []
        for (table,) in connection.execute(f"SELECT relname {_TABLES}").fetchall():
            name = sql.Identifier(table)
            delete = "DELETE FROM {}; GET DIAGNOSTICS here = ROW_COUNT; deleted := deleted + here;"
            if connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(name)).fetchone():
                delete += "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM tests.{0};"
                connection.execute(sql.SQL("CREATE TABLE tests.{0} AS TABLE {0}").format(name))
            else:
                exist.append(sql.SQL("EXISTS (SELECT 1 FROM {})").format(name))
            deletes.append(sql.SQL(delete.replace("{}", "{0}")).format(name))
        parts = {"deletes": sql.SQL("\n").join(deletes), "exist": sql.SQL(" OR ").join(exist)}
        connection.execute(sql.SQL(_EMPTY).format(**parts))


class Reused:
    """The database of one pytest process. `url` is given out; `empty` before it is given out again."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._name = ""
        self._left = 0
        self._admin: psycopg.Connection[Any] | None = None
        self.kept: Any = None  # what `keep` was told

    def take(self) -> str:
        """DSN of an empty database."""
        if self._admin is None:
            self._name, self._left = f"t_{uuid4().hex[:20]}", TESTS_OF_ONE
            url = postgres.clone(self._server, self._template, self._name)
            self._admin = psycopg.connect(postgres.libpq(url), autocommit=True, application_name=OURS)
            self._admin.execute("SET lock_timeout = '3s'")
        return postgres.named(self._server, self._name)

    def is_empty(self) -> bool:
        """Whether nothing has been written since it was taken."""
        assert self._admin is not None
        found = self._admin.execute("SELECT tests.is_empty()").fetchone()
        return found is not None and bool(found[0])

    def keep(self, what: Any) -> None:
        """Remember the rows that stand there now, for `put_back` in an empty database."""
        assert self._admin is not None
        inserts = []
        for (table,) in self._admin.execute(f"SELECT relname {_TABLES}").fetchall():
            name = sql.Identifier(table)
            if self._admin.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(name)).fetchone():
                own = sql.Identifier(f"kept_{table}")
                self._admin.execute(sql.SQL("CREATE TABLE tests.{} AS TABLE {}").format(own, name))
                fill = "DELETE FROM {0}; INSERT INTO {0} OVERRIDING SYSTEM VALUE TABLE tests.{1};"
                inserts.append(sql.SQL(fill).format(name, own))
        self._admin.execute(sql.SQL(_PUT_BACK).format(inserts=sql.SQL("\n").join(inserts)))
        self.kept = what

    def put_back(self) -> Any:
        """The rows of `keep` stand there again, with the numbers they had; what it was told."""
        assert self._admin is not None
        self._admin.execute("SELECT tests.put_back()")
        return self.kept

    def give_back(self) -> None:
        """Empty it, or drop it when that can't be trusted."""
        if self._admin is None:
            return
        self._left -= 1
        try:
            self._admin.execute(_STRANGERS, (OURS,))
            deleted = self._admin.execute("SELECT tests.empty()").fetchone()
        except psycopg.Error:
            deleted = None
        if self._left == 0 or deleted is None or deleted[0] is None or deleted[0] > ROWS_OF_ONE:
            self.drop()

    def drop(self) -> None:
        """Throw it away, sessions and all."""
        if self._admin is not None:
            self._admin.close()
            self._admin = self.kept = None
            postgres.drop(self._server, self._name)
