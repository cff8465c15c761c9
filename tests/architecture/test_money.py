"""Money is whole fen everywhere, and only its own service posts to the ledger."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import BigInteger, Float, Integer, Numeric

from models.base import Base
from tests.architecture.source import LAYERS, ROOT, python

FEN = re.compile(r"(?:\b|_)fen\b")
POSTING = Path("services/parts/ledger.py")
WRITES = re.compile(
    r"(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|MERGE\s+INTO|COPY)\s+ledger_(?:entry|leg)\b", re.I
)
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


def pieces(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
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
        for name, piece in pieces(tree):
            if not FEN.search(ast.unparse(piece)):
                continue
            looked += 1
            for node in ast.walk(piece):
                if inexact(node) and f"{path}:{name}" not in BESIDE:
                    found[f"{path}:{name}"] = ast.unparse(node)
    assert looked > 500
    assert found == {}


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
    found = []
    for path, tree in python(*LAYERS, "demo"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITES.search(node.value):
                found.append(path)
            if isinstance(node, ast.ImportFrom) and path.parts[0] != "models":
                found += [path for one in node.names if one.name in {"LedgerEntry", "LedgerLeg"}]
    assert set(found) == {POSTING}
    assert WRITES.search((ROOT / POSTING).read_text(encoding="utf-8"))
