"""Payments through WeChat as the product asks for them: send a bill, ask for it, hear of it, fetch a day's bills.

Every method raises a `WeChatError`: `PayRefused` (a signed no), `Unreachable` (nothing left) or `Uncertain`: then the
bill is asked for by its number before anything is sent again.
"""

from __future__ import annotations

import hashlib
import secrets
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from domain.calendar import SHANGHAI
from domain.payments import NAME_FROM_FEN, Kind, Word
from wechat.errors import Uncertain
from wechat.pay_client import library
from wechat.pay_settings import PaySettings
from wechat.pay_terms import MAX_NOTE, Ask, BadNote, Note, PayRefused, PhonePay
from wechat.pay_words import opened_json, text_of, word_of

WINDOW = timedelta(minutes=5)
MAX_BILL = 64 * 1024 * 1024
ABSENT = frozenset({"NOT_FOUND", "ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS", "ORDERNOTEXIST"})
_EVENTS: Mapping[str, Kind] = {
    "TRANSACTION": Kind.PAYMENT,
    "REFUND": Kind.REFUND,
    "MCHTRANSFER": Kind.TRANSFER,
}


class PayGateway:
    """One merchant's WeChat Pay. Safe to share between threads; make one per process, when first needed."""

    def __init__(self, settings: PaySettings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self._pay, self._core = library(settings)
        self._now = now

    def send(self, kind: Kind, ask: Ask) -> Word:
        """Send a bill under its number; the same again is the same bill."""
        content = {Kind.TRANSFER: self._transfer, Kind.PAYMENT: self._order, Kind.REFUND: self._refund}[kind](
            ask
        )
        said = opened_json(content)
        if kind is Kind.PAYMENT:
            return Word(kind, ask.number, "NOTPAY", ticket=text_of(said, "prepay_id"))
        return word_of(kind, said, ask.number)

    def _transfer(self, ask: Ask) -> bytes:
        infos = (("岗位类型", self.settings.post), ("报酬说明", self.settings.task))
        return bytes(
            self._pay.mch_transfer_bills(
                out_bill_no=ask.number,
                transfer_scene_id=self.settings.scene_id,
                openid=ask.openid,
                transfer_amount=ask.amount_fen,
                transfer_remark=ask.words,
                user_name=ask.name if ask.amount_fen >= NAME_FROM_FEN else None,
                transfer_scene_report_infos=[
                    {"info_type": kind, "info_content": text} for kind, text in infos
                ],
            )[1]
        )

    def _order(self, ask: Ask) -> bytes:
        until = ask.until.astimezone(SHANGHAI).isoformat(timespec="seconds") if ask.until else None
        return bytes(
            self._pay.pay(
                description=ask.words,
                out_trade_no=ask.number,
                amount={"total": ask.amount_fen, "currency": "CNY"},
                payer={"openid": ask.openid},
                time_expire=until,
            )[1]
        )

    def _refund(self, ask: Ask) -> bytes:
        amount = {"refund": ask.amount_fen, "total": ask.of_fen, "currency": "CNY"}
        return bytes(
            self._pay.refund(
                out_refund_no=ask.number, out_trade_no=ask.of_number, amount=amount, reason=ask.words
            )[1]
        )

    def ask(self, kind: Kind, number: str) -> Word | None:
        """What WeChat knows of a number; None when it surely knows none."""
        queries: Mapping[Kind, Callable[[], Any]] = {
            Kind.TRANSFER: lambda: self._pay.mch_transfer_bills_query(out_bill_no=number),
            Kind.PAYMENT: lambda: self._pay.query(out_trade_no=number),
            Kind.REFUND: lambda: self._pay.query_refund(number),
        }
        try:
            content = queries[kind]()[1]
        except PayRefused as no:
            if no.status != 404 or no.said not in ABSENT:
                raise
            return None
        said = opened_json(content)
        self._ours(said)
        return word_of(kind, said, number)

    def close(self, kind: Kind, number: str) -> None:
        """Ask WeChat to end a payment or a transfer that nobody has taken; what became of it says `ask`."""
        if kind is Kind.PAYMENT:
            self._pay.close(number)
        else:
            self._pay.mch_transfer_bills_cancel(number)

    def phone(self, prepay_id: str) -> PhonePay:
        """Sign an order for the phone."""
        stamp, nonce = str(int(self._now().timestamp())), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        signature = self._core.sign([self.settings.app_id, stamp, nonce, package])
        return PhonePay(self.settings.app_id, stamp, nonce, package, "RSA", signature)

    def bill(self, which: str, day: str) -> bytes | None:
        """A day's bill as CSV, its hash checked: "trade" (payments, refunds), "funds" (transfers). None: empty."""
        try:
            if which == "trade":
                said = opened_json(self._pay.trade_bill(day)[1])
            else:
                said = opened_json(self._pay.fundflow_bill(day, "OPERATION")[1])
        except PayRefused as no:
            if no.said != "NO_STATEMENT_EXIST":
                raise
            return None
        return self._fetched(said)

    def _fetched(self, said: Mapping[str, Any]) -> bytes:
        url = text_of(said, "download_url")
        if not url.startswith(self.settings.api_base.rstrip("/") + "/"):
            raise Uncertain("the bill lies elsewhere")
        content = _unzipped(bytes(self._pay.download_bill(url)[1]))
        if hashlib.sha1(content).hexdigest() != text_of(said, "hash_value").lower():  # noqa: S324  WeChat's choice
            raise Uncertain("the bill is not what was announced")
        return content

    def heard(self, headers: Mapping[str, str], body: bytes) -> Note:
        """A notification, verified on its raw bytes, at most five minutes old, for this account. `BadNote`."""
        stamp = headers.get("Wechatpay-Timestamp", "")
        if len(body) > MAX_NOTE or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
            raise BadNote("malformed")
        if not self._core.signed(headers, body):
            raise BadNote("signature")
        if abs(int(stamp) - self._now().timestamp()) >= WINDOW.total_seconds():
            raise BadNote("stale")
        opened = self._opened(headers, body)
        try:
            note, said = opened["id"], opened["resource"]
            kind = _EVENTS[str(opened["event_type"]).partition(".")[0]]
            self._ours(said)
            return Note(str(note), word_of(kind, said))
        except (KeyError, TypeError):
            pass
        except Uncertain as wrong:
            raise BadNote("foreign" if wrong.reason == "another account" else "malformed") from None
        raise BadNote("malformed")

    def _opened(self, headers: Mapping[str, str], body: bytes) -> Any:
        """The signature is good: what fails from here on is malformed."""
        opened: Any = None
        try:
            opened = self._pay.callback(dict(headers), body)
        except Exception:  # the library raises bare Exceptions and whatever json and base64 raise
            opened = None
        if not isinstance(opened, dict):
            raise BadNote("malformed")
        return opened

    def _ours(self, said: Mapping[str, Any]) -> None:
        merchant = said.get("mchid", said.get("mch_id", self.settings.mch_id))
        if (
            merchant != self.settings.mch_id
            or said.get("appid", self.settings.app_id) != self.settings.app_id
        ):
            raise Uncertain("another account")


def _unzipped(data: bytes) -> bytes:
    """The bill itself; `Uncertain` for what is no gzip or unpacks beyond all measure."""
    packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = packed.decompress(data, MAX_BILL)
    except zlib.error:
        found = b""
    if not packed.eof:
        raise Uncertain("the bill cannot be unpacked")
    return found
