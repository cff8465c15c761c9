"""Is a ledger whole? One file that works alone and offline, and the format's one description.

    python verify_ledger.py LEDGER.jsonl                        # what python -m services.verify --export wrote
    python verify_ledger.py LEDGER.jsonl --earlier OLDER.jsonl  # and nothing that stood in the older one was changed

Python 3.11 is all it needs; it imports nothing of this project, so that whoever doubts us can read it in ten minutes.
It reads the file line by line and keeps sums, marks of keys and what was reversed, not the entries.

A file is JSON lines: `{"format": …}` first; one object for each `rule`, `closed` month, `statement` and kept `balance`;
the entries in the order of their ids, each with its legs [account, fen; a debit is positive] and the statements it
stands on [dealer, statement, fen, contested]; last `{"end": how many lines stand before it, "sha256": of them}`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = "tuozhuang-ledger/1"
TOLD = 100
PAYABLE = "dealer_payable:"
CLOSE = "结账 "


def line_of(record: dict[str, Any]) -> bytes:
    """The one way a record is written."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def yuan(fen: int) -> str:
    """680 → ¥6.80."""
    return f"{'−' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


@dataclass(slots=True)
class Faults:
    """What is wrong: how much of it, and the first hundred in words."""

    count: int = 0
    told: list[str] = field(default_factory=list)

    def add(self, words: str) -> None:
        """One more."""
        self.count += 1
        if len(self.told) < TOLD:
            self.told.append(words)


class Ledger:
    """Takes the records one after the other; `end` says what only the whole can tell."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.entries = self.legs = self.last_id = self.mark = 0
        self._rules: set[int] = set()
        self._closed: dict[str, str] = {}
        self._shut: dict[str, str] = {}
        self._statements: dict[int, tuple[int, int]] = {}
        self._kept: dict[tuple[str, str], tuple[int, int]] = {}
        self._sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._stated: Counter[int] = Counter()
        self._keys: set[bytes] = set()
        self._mirrors: dict[int, list[Any]] = {}

    def take(self, record: dict[str, Any]) -> None:
        """One line of the file but the first and the last."""
        if "id" in record:
            self._entry(record)
        elif "rule" in record:
            self._rules.add(record["version"])
        elif "closed" in record:
            self._closed[record["closed"]] = record["at"]
        elif "statement" in record:
            self._statements[record["statement"]] = (record["dealer"], record["total_fen"])
        elif "balance" in record:
            self._kept[record["balance"], record["month"]] = (record["fen"], record["entries"])
        else:
            self.faults.add(f"不认识的记录：{sorted(record)}")

    def reversal(self, record: dict[str, Any]) -> None:
        """On the first way through the file: what an entry takes back."""
        if record.get("reverses"):
            if record["reverses"] in self._mirrors:
                self.faults.add(f"分录 {record['reverses']} 被冲销两次")
            self._mirrors[record["reverses"]] = [record["id"], record["legs"]]

    def end(self) -> None:
        """Sums against statements and kept balances; reversals of what is not there."""
        for statement, (_, total) in self._statements.items():
            if self._stated[statement] != total:
                self.faults.add(
                    f"结算单 {statement}：合计 {yuan(total)}，明细之和 {yuan(self._stated[statement])}"
                )
        for key in self._kept.keys() | self._sums.keys():
            kept, posted = self._kept.get(key, (0, 0)), tuple(self._sums.get(key, (0, 0)))
            if kept != posted:
                self.faults.add(f"{key[0]} {key[1]}：余额 {yuan(kept[0])}，分录合计 {yuan(posted[0])}")
        for reversed_id in self._mirrors:
            self.faults.add(f"分录 {self._mirrors[reversed_id][0]} 冲销的分录 {reversed_id} 不存在")

    def _entry(self, record: dict[str, Any]) -> None:
        name, legs = f"分录 {record['id']}（{record['key']}）", record["legs"]
        self.entries, self.legs = self.entries + 1, self.legs + len(legs)
        for wrong in self._wrong(record, legs):
            self.faults.add(f"{name}：{wrong}")
        self.last_id = record["id"]
        self._keys.add(hashlib.blake2b(record["key"].encode(), digest_size=12).digest())
        if record["id"] <= self.mark:
            for account, fen in legs:
                one = self._sums[account, record["month"]]
                one[0], one[1] = one[0] + fen, one[1] + 1
        for dealer, statement, fen, contested in record["stated"]:
            for wrong in self._wrongly_stated(legs, dealer, statement, fen):
                self.faults.add(f"{name}：{wrong}")
            if not contested:
                self._stated[statement] += fen

    def _wrong(self, record: dict[str, Any], legs: list[Any]) -> Iterator[str]:
        if record["id"] <= self.last_id:
            yield "编号没有递增"
        if hashlib.blake2b(record["key"].encode(), digest_size=12).digest() in self._keys:
            yield "自然键重复"
        if any(type(fen) is not int or not fen for _, fen in legs) or len(legs) < 2:
            yield "金额为零或不是整数分，或缺少借贷一方"
        elif sum(fen for _, fen in legs):
            yield f"借贷不平，差 {yuan(sum(fen for _, fen in legs))}"
        if len({account for account, _ in legs}) != len(legs):
            yield "同一账户出现两次"
        if record["rule"] is not None and record["rule"] not in self._rules:
            yield f"收费规则版本 {record['rule']} 不存在"
        if record["posted_at"] > self._shut_at(record["month"]):
            yield f"记入已结账月份 {record['month']}"
        back = self._mirrors.pop(record["id"], None)
        if back is not None and sorted(back[1]) != sorted([account, -fen] for account, fen in legs):
            yield f"分录 {back[0]} 不是它的镜像冲销"

    def _shut_at(self, month: str) -> str:
        """When nothing was to be posted into the month any more: at its close, or that of a later one."""
        if month not in self._shut:
            self._shut[month] = min((at for one, at in self._closed.items() if one >= month), default="9999")
        return self._shut[month]

    def _wrongly_stated(self, legs: list[Any], dealer: int, statement: int, fen: int) -> Iterator[str]:
        owed = -sum(amount for account, amount in legs if account == f"{PAYABLE}{dealer}")
        if owed != fen:
            yield f"结算单 {statement} 上为 {yuan(fen)}，分录为 {yuan(owed)}"
        if self._statements.get(statement, (None,))[0] != dealer:
            yield f"结算单 {statement} 不是服务商 {dealer} 的"


def lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, also of one that was compressed to .gz."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        yield from file


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def records(path: Path, faults: Faults) -> Iterator[dict[str, Any]]:
    """The records between first and last line; cut off, altered or of another format is a fault."""
    seal, count, last = hashlib.sha256(), 0, None
    for line in lines(path):
        record = _read(line)
        if record is None:
            break
        if count == 0 and record.get("format") != FORMAT:
            faults.add(f"不是 {FORMAT} 格式的账簿文件")
            return
        if "end" in record:
            last = record
            break
        seal.update(line)
        count += 1
        yield record
    if last != {"end": count, "sha256": seal.hexdigest()}:
        faults.add("文件不完整，或内容与结尾的校验和不符")


def verify(path: Path) -> Ledger:
    """Read a file twice: what reverses what, then everything."""
    ledger = Ledger()
    for record in records(path, Faults()):
        ledger.reversal(record)
    for record in records(path, ledger.faults):
        if "format" in record:
            ledger.mark = record["mark"]
        else:
            ledger.take(record)
    ledger.end()
    return ledger


def changed(earlier: Path, path: Path, faults: Faults) -> int:
    """Hold every entry and rule of an older file against this one, and its closed months against what is new."""
    old = {kept.key: kept.seal for kept in _kept(earlier, faults)}
    count, closed = len(old), max((key for key in old if key.startswith(CLOSE)), default="")
    for kept in _kept(path, faults):
        if kept.key not in old and kept.month and f"{CLOSE}{kept.month}" <= closed:
            faults.add(f"{kept.key} 记入较早的文件中已结账的月份 {kept.month}")
        if old.pop(kept.key, kept.seal) != kept.seal:
            faults.add(f"{kept.key} 与较早的文件不同")
    for key in old:
        faults.add(f"{key} 在较早的文件中有，现在没有")
    return count


@dataclass(frozen=True, slots=True)
class Kept:
    """What may never change: an entry with its month, a rule or a close."""

    key: str
    month: str | None
    seal: bytes


def _kept(path: Path, faults: Faults) -> Iterator[Kept]:
    """Each entry, rule and closed month; statements may still move on."""
    for record in records(path, faults):
        if "id" in record:
            kept, key = {**record, "stated": None}, f"分录 {record['id']}"
        elif "rule" in record:
            kept, key = record, f"收费规则版本 {record['version']}"
        elif "closed" in record:
            kept, key = record, f"{CLOSE}{record['closed']}"
        else:
            continue
        yield Kept(key, kept.get("month"), hashlib.blake2b(line_of(kept), digest_size=12).digest())


def main(arguments: Iterable[str] | None = None) -> int:
    """The command line: 0 when the ledger is whole, 1 when it is not."""
    parser = argparse.ArgumentParser(description="离线核对账簿文件")
    parser.add_argument("file", type=Path)
    parser.add_argument("--earlier", type=Path, help="较早导出的文件，其中的分录不得改变")
    given = parser.parse_args(None if arguments is None else list(arguments))
    try:
        ledger = verify(given.file)
        held = changed(given.earlier, given.file, ledger.faults) if given.earlier else None
    except (OSError, EOFError, zlib.error) as error:
        parser.error(f"文件无法读取：{error}")
    if held is not None:
        sys.stdout.write(f"与较早的文件核对 {held} 条\n")
    for words in ledger.faults.told:
        sys.stdout.write(f"{words}\n")
    sys.stdout.write(f"{ledger.entries} 条分录，{ledger.legs} 个借贷行，{ledger.faults.count} 处不符\n")
    return 1 if ledger.faults.count else 0


if __name__ == "__main__":
    raise SystemExit(main())
