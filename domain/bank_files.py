"""What a bank takes and gives back: a CSV whose columns are data, and its answer read row by row.

The same payments make the same bytes. A payment is found again by its number (`TZ0000000012`), never by a name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain import money
from domain.errors import Invalid

FIELDS: Mapping[str, str] = {
    "number": "付款编号",
    "account": "收款账号",
    "holder": "收款户名",
    "bank": "开户行",
    "bank_code": "联行号",
    "amount_yuan": "金额（元）",
    "amount_fen": "金额（分）",
    "purpose": "用途",
    "month": "结算月份",
}
"""What a column may hold."""
ENCODINGS = ("utf-8-sig", "gb18030")
NEEDED = (("number",), ("account",), ("holder",), ("amount_yuan", "amount_fen"))
"""Without one of each a bank cannot pay, or its answer cannot be held against what was to be paid."""
FORMULA = ("=", "+", "-", "@")
"""A spreadsheet would reckon with it."""
_NUMBER = re.compile(r"TZ[0-9]{10,18}")


class BadBankFile(Invalid):
    """The file is not the template's: another encoding, a missing column, an amount that is none."""

    code = "bad_bank_file"
    title = "银行文件与模板不符"


class NotInEncoding(Invalid):
    """A name holds a character that the bank's encoding has not."""

    code = "not_in_encoding"
    title = "有文字无法用银行要求的编码表示"


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and the field below it; `text` stands in every row where there is no field."""

    head: str
    field: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A bank's two files: what we send, and by which headings and words its answer is read."""

    columns: tuple[Column, ...]
    encoding: str
    number_head: str
    amount_head: str
    state_head: str
    paid_words: tuple[str, ...]
    failed_words: tuple[str, ...]
    reason_head: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """One row of what we send."""

    payout_id: int
    account: str
    holder: str
    bank: str
    bank_code: str
    amount_fen: int
    month: str


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the answer; `paid` None: a word the template does not know."""

    number: str
    amount_fen: int
    paid: bool | None
    reason: str


def lacking(columns: Iterable[Column]) -> tuple[str, ...]:
    """What a file with these columns lacks, in words: only a number → 收款账号, 收款户名, 金额（元）."""
    held = {column.field for column in columns}
    return tuple(FIELDS[fields[0]] for fields in NEEDED if held.isdisjoint(fields))


def number_of(payout_id: int) -> str:
    """12 → "TZ0000000012"."""
    return f"TZ{payout_id:010d}"


def payout_of(number: str) -> int | None:
    """The inverse; None for a number that is not ours."""
    return int(number[2:]) if _NUMBER.fullmatch(number) else None


def written(template: Template, payments: Iterable[Payment]) -> bytes:
    """The file to send. `NotInEncoding`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.head for column in template.columns])
    for payment in payments:
        fields = _fields(payment)
        writer.writerow(
            [fields[column.field] if column.field else column.text for column in template.columns]
        )
    try:
        return out.getvalue().encode(template.encoding)
    except UnicodeEncodeError as error:
        raise NotInEncoding from error


def _fields(payment: Payment) -> dict[str, str]:
    return {
        "number": number_of(payment.payout_id),
        "account": payment.account,
        "holder": payment.holder,
        "bank": payment.bank,
        "bank_code": payment.bank_code,
        "amount_yuan": money.yuan(payment.amount_fen).removeprefix("¥").replace(",", ""),
        "amount_fen": str(payment.amount_fen),
        "purpose": f"{payment.month} 安装服务结算",
        "month": payment.month,
    }


def read(template: Template, data: bytes) -> tuple[Result, ...]:
    """The bank's answer, every row that has a number. `BadBankFile`."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode(template.encoding), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadBankFile from error
    if any("\0" in cell for row in rows for cell in row):
        raise BadBankFile("含有空字符")
    heads = [head.strip() for head in rows[0]] if rows else []
    wanted = [template.number_head, template.amount_head, template.state_head]
    missing = [head for head in wanted if head not in heads]
    if missing:
        raise BadBankFile(f"缺少列：{'、'.join(missing)}")
    return tuple(_result(template, heads, row) for row in rows[1:] if any(cell.strip() for cell in row))


def _result(template: Template, heads: Sequence[str], row: Sequence[str]) -> Result:
    cells = dict(zip(heads, (cell.strip() for cell in row), strict=False))
    word = cells.get(template.state_head, "")
    paid = True if word in template.paid_words else False if word in template.failed_words else None
    reason = cells.get(template.reason_head or "", "")[:200]
    try:
        amount = money.fen(cells.get(template.amount_head, ""))
    except money.NotMoney as error:
        raise BadBankFile(f"金额无法识别：{cells.get(template.amount_head, '')[:40]}") from error
    return Result(
        cells.get(template.number_head, "")[:64], amount, paid, reason or ("" if paid else word[:64])
    )
