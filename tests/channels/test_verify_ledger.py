"""A ledger file that was altered anywhere is refused in words; one that was not is whole. No database is asked."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from channels import verify_ledger
from channels.verify_ledger import FORMAT, line_of, main, verify

Records = list[dict[str, Any]]


def entry(number: int, fen: int, **more: Any) -> dict[str, Any]:
    """A base fee of dealer 7, on statement 3."""
    legs = [["brand_service_expense", fen], ["dealer_payable:7", -fen]]
    said = {"kind": "base_fee", "job": 1, "rule": 1, "reverses": None, "memo": "基础安装费", "author": None}
    at = {"month": "2026-03-01", "posted_at": "2026-03-21T02:00:00+00:00", "task": "fees"}
    return {
        "id": number,
        "key": f"k{number}",
        **at,
        **said,
        "legs": legs,
        "stated": [[7, 3, fen, False]],
        **more,
    }


def ledger() -> Records:
    """¥80.00, ¥88.00 that was contested, and the reversal of the first, with what is kept about them."""
    back = entry(3, -8000, reverses=1, stated=[[7, 3, -8000, False]])
    return [
        {"format": FORMAT, "exported_at": "2026-04-01T02:00:00+00:00", "mark": 2},
        {"version": 1, "effective_from": "2026-01-01T00:00:00+00:00", "rule": {}},
        {"closed": "2026-02-01", "at": "2026-03-05T00:00:00+00:00"},
        {"statement": 3, "dealer": 7, "month": "2026-03-01", "status": "draft", "total_fen": 0},
        {"balance": "brand_service_expense", "month": "2026-03-01", "fen": 16_800, "entries": 2},
        {"balance": "dealer_payable:7", "month": "2026-03-01", "fen": -16_800, "entries": 2},
        entry(1, 8000),
        entry(2, 8800, stated=[[7, 3, 8800, True]]),
        back,
    ]


def written(folder: Path, records: Records, name: str = "ledger.jsonl") -> Path:
    """The file, sealed as the export seals it."""
    body = b"".join(map(line_of, records))
    path = folder / name
    path.write_bytes(body + line_of({"end": len(records), "sha256": hashlib.sha256(body).hexdigest()}))
    return path


def test_a_whole_ledger_is_whole_also_compressed(tmp_path: Path) -> None:
    """Nothing to tell, and the counts."""
    path = written(tmp_path, ledger())
    packed = tmp_path / "ledger.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for one in (path, packed):
        found = verify(one)
        assert (found.faults.told, found.entries, found.legs) == ([], 3, 6)


def alter(place: int, **change: Any) -> Callable[[Records], None]:
    """One record otherwise."""
    return lambda records: records[place].update(change)


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (alter(6, legs=[["brand_service_expense", 8001], ["dealer_payable:7", -8000]]), "借贷不平，差 ¥0.01"),
        (alter(6, legs=[["brand_service_expense", 8000.0], ["dealer_payable:7", -8000]]), "不是整数分"),
        (alter(6, legs=[["dealer_payable:7", 8000], ["dealer_payable:7", -8000]]), "同一账户出现两次"),
        (alter(7, key="k1"), "自然键重复"),
        (alter(7, id=1), "编号没有递增"),
        (alter(7, rule=2), "收费规则版本 2 不存在"),
        (alter(7, month="2026-02-01"), "记入已结账月份 2026-02-01"),
        (alter(7, month="2025-05-01"), "记入已结账月份 2025-05-01"),
        (
            alter(6, legs=[["brand_service_expense", 9000], ["dealer_payable:7", -9000]]),
            "分录 3 不是它的镜像冲销",
        ),
        (alter(8, reverses=9), "冲销的分录 9 不存在"),
        (alter(7, reverses=1), "分录 1 被冲销两次"),
        (alter(7, stated=[[7, 3, 8700, True]]), "结算单 3 上为 ¥87.00，分录为 ¥88.00"),
        (alter(7, stated=[[8, 3, 0, True]]), "结算单 3 不是服务商 8 的"),
        (alter(3, total_fen=100), "结算单 3：合计 ¥1.00，明细之和 ¥0.00"),
        (alter(4, fen=1), "余额 ¥0.01，分录合计 ¥168.00"),
        (lambda records: records.pop(7), "分录合计 ¥80.00"),
        (alter(0, format="?"), "不是 tuozhuang-ledger/1 格式"),
    ],
)
def test_whatever_does_not_add_up_is_told(tmp_path: Path, deed: Callable[[Records], Any], words: str) -> None:
    """Each rule of the ledger broken once, by somebody who sealed the file anew."""
    records = ledger()
    deed(records)
    told = verify(written(tmp_path, records)).faults.told
    assert any(words in one for one in told), told


def test_a_file_that_was_cut_off_or_altered_is_refused(tmp_path: Path) -> None:
    """The last line seals all before it."""
    whole = written(tmp_path, ledger()).read_bytes()
    for body in (
        whole[: whole.rindex(b'{"end"')],
        whole.replace("基础安装费".encode(), "基础维修费".encode(), 1),
    ):
        path = tmp_path / "bad.jsonl"
        path.write_bytes(body)
        assert verify(path).faults.told == ["文件不完整，或内容与结尾的校验和不符"]


def test_what_stood_in_an_earlier_file_still_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A ledger may grow and statements move on; words that changed, sealed anew, are found by the older file."""
    earlier = written(tmp_path, ledger()[:8], "old.jsonl")
    now = written(tmp_path, ledger())
    assert main([str(now), "--earlier", str(earlier)]) == 0
    forged = ledger()
    forged[6]["memo"] = "基础维修费"
    path = written(tmp_path, forged, "forged.jsonl")
    assert main([str(path), "--earlier", str(earlier)]) == 1
    assert "分录 1 与较早的文件不同" in capsys.readouterr().out


def test_nothing_new_stands_in_what_an_earlier_file_has_closed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """February was closed when the older file was written: a new entry of January is found, whatever its day."""
    earlier, forged = written(tmp_path, ledger()[:8], "old.jsonl"), ledger()
    forged[8] |= {"month": "2026-01-01", "posted_at": "2026-01-31T00:00:00+00:00"}
    path = written(tmp_path, forged)
    assert verify(path).faults.told == []
    assert main([str(path), "--earlier", str(earlier)]) == 1
    assert "分录 3 记入较早的文件中已结账的月份 2026-01-01" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_said_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """None at all, and one that is not what its name says."""
    (tmp_path / "no.gz").write_bytes(b"{}")
    for name in ("none.jsonl", "no.gz"):
        with pytest.raises(SystemExit):
            main([str(tmp_path / name)])
        assert "文件无法读取" in capsys.readouterr().err


def test_the_verifier_works_alone(tmp_path: Path) -> None:
    """Copied to another place, with nothing of this project to import."""
    copy = tmp_path / "verify_ledger.py"
    copy.write_bytes(Path(verify_ledger.__file__).read_bytes())
    path = written(tmp_path, ledger())
    done = subprocess.run(
        [sys.executable, "-I", copy, path], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (0, "3 条分录，6 个借贷行，0 处不符\n")
