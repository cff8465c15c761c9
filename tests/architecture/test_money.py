"""Money is whole fen everywhere, and only its own service posts to the ledger."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import BigInteger, Float, Integer, Numeric

from bench.oracle_mutants import MUTANTS
from models.base import Base
from tests.architecture.source import LAYERS, ROOT, python

FEN = re.compile(r"(?:\b|_)fen\b")
POSTING = Path("services/parts/ledger.py")
WRITES = re.compile(
    r"(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|MERGE\s+INTO|COPY)\s+ledger_(?:entry|leg)\b", re.I
)
SQL = re.compile(r"\b(?:SELECT|INSERT|UPDATE)\b")
INEXACT = re.compile(r"float|::real|double precision|\b(?:round|avg)\(|(?<!/)\s/\s(?!/)", re.I)
BESIDE = {
    "wechat/stand_in/merchant/bills.py:_trade": "seconds since 1970 beside the fen of a trade",
}


def inexact(node: ast.AST) -> bool:
    """A float written, asked for or made: 0.5, `float`, `round`, or the `/` of numbers."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    if isinstance(node, ast.Name):
        return node.id in {"float", "round"}
    return isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)


def pieces(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """The functions and classes of a file and its other statements, each by a name."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                name = part.name if isinstance(part, ast.FunctionDef) else "<fields>"
                yield f"{node.name}.{name}", part
        else:
            yield node.name if isinstance(node, ast.FunctionDef) else "<module>", node


def test_whatever_names_fen_has_no_float() -> None:
    """No float literal, no `float`, no `round` and no `/` in a function, field or constant in which fen occur."""
    found, looked = {}, 0
    for path, tree in python(*LAYERS):
        written = (ROOT / path).read_text(encoding="utf-8").splitlines()
        for name, piece in pieces(tree):
            if not FEN.search("\n".join(written[piece.lineno - 1 : piece.end_lineno])):
                continue
            looked += 1
            for node in ast.walk(piece):
                if inexact(node) and f"{path}:{name}" not in BESIDE:
                    found[f"{path}:{name}"] = ast.unparse(node)
    assert looked > 500
    assert found == {}


def texts() -> Iterator[tuple[Path, int, str]]:
    """Every string of the product with its file and line; SQL is among them."""
    for path, tree in python(*LAYERS, "demo"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path, node.lineno, node.value


def test_sql_that_names_fen_adds_and_never_divides() -> None:
    """No float type, no round, no average and no `/` in a statement with fen: amounts are worked out in one place."""
    asked = [(path, line, text) for path, line, text in texts() if SQL.search(text) and FEN.search(text)]
    assert len(asked) > 50
    assert [f"{path}:{line}" for path, line, text in asked if INEXACT.search(text)] == []


def test_every_column_of_money_is_a_whole_number() -> None:
    """`…_fen` and `…_bp` are bigint or integer; nothing in the schema is numeric, and no table of money has a float."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    money = [column for column in columns if re.search(r"_(fen|bp)$", column.name)]
    assert len(money) > 40
    assert [str(one) for one in money if not isinstance(one.type, BigInteger | Integer)] == []
    assert [
        str(one) for one in columns if isinstance(one.type, Numeric) and not isinstance(one.type, Float)
    ] == []
    inexactly = {one.table.name for one in columns if isinstance(one.type, Float)}
    assert inexactly.isdisjoint({one.table.name for one in money}), inexactly


def test_nobody_posts_but_the_ledgers_own_part() -> None:
    """No other statement of the product writes entries or legs, in SQL or through their models."""
    models = [
        path
        for path, tree in python(*(layer for layer in LAYERS if layer != "models"), "demo")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and {one.name for one in node.names} & {"LedgerEntry", "LedgerLeg"}
    ]
    assert models == []
    assert {path for path, _, text in texts() if WRITES.search(text)} == {POSTING}


def test_every_mutant_of_the_money_still_finds_the_text_that_it_spoils() -> None:
    """A line written anew takes its mutant along; one that finds nothing proves nothing."""
    assert [
        one.wrong for one in MUTANTS if (ROOT / one.file).read_text(encoding="utf-8").count(one.was) != 1
    ] == []
