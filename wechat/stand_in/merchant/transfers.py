"""商家转账 of 2025: a bill waits a day for its payee's tap; the same number is the same bill."""

from __future__ import annotations

import secrets
from typing import Any

from wechat.stand_in.merchant import signing
from wechat.stand_in.merchant.book import CONFIRM_S, WAITING, Book, Merchant, PayError, Transfer
from wechat.stand_in.merchant.notes import Notes, when
from wechat.stand_in.state import User, World

Json = dict[str, Any]
NAME_FROM_FEN, NAME_UP_FROM_FEN = 200_000, 30
REPORTS = {"1005": {"岗位类型", "报酬说明"}}
DONE = "MCHTRANSFER.BILL.FINISHED"


def create(world: World, book: Book, merchant: Merchant, body: Json) -> Json:
    """`POST …/transfer-bills`: WAIT_USER_CONFIRM, the money set aside; 403 NOT_ENOUGH makes no bill."""
    if body.get("user_name"):
        body = {**body, "user_name": signing.opened(merchant, str(body["user_name"]))}
    number = str(body.get("out_bill_no", ""))
    known = book.transfers.get(number)
    if known is not None:
        if known.asked != body:
            raise PayError(400, "INVALID_REQUEST", "单号已存在但信息不一致")
        return told(known, merchant, with_package=True)
    _check(world, merchant, body, number)
    fen = int(body["transfer_amount"])
    if fen > merchant.balance_fen:
        raise PayError(403, "NOT_ENOUGH", "资金不足")
    merchant.balance_fen -= fen
    now = world.clock.stamp()
    bill_no = "13300" + f"{secrets.randbelow(10**30):030d}"
    made = Transfer(number, body, str(body["openid"]), fen, bill_no, now, changed_at=now)
    book.transfers[number] = made
    return told(made, merchant, with_package=True)


def _check(world: World, merchant: Merchant, body: Json, number: str) -> None:
    fen, name, scene = body.get("transfer_amount"), body.get("user_name"), str(body.get("transfer_scene_id"))
    said = {str(info.get("info_type")) for info in body.get("transfer_scene_report_infos", [])}
    too_long = any(
        len(info.get("info_content", "")) > 32 for info in body.get("transfer_scene_report_infos", [])
    )
    if not (0 < len(number) <= 32 and number.isascii() and number.isalnum()):
        raise PayError(400, "PARAM_ERROR", "out_bill_no 无效")
    if body.get("appid") != merchant.appid or world.user_of(merchant.appid, body.get("openid")) is None:
        raise PayError(400, "PARAM_ERROR", "openid 与 appid 不匹配")
    if not isinstance(fen, int) or fen < 1 or not 0 < len(str(body.get("transfer_remark", ""))) <= 32:
        raise PayError(400, "PARAM_ERROR", "金额或备注无效")
    if scene not in merchant.scenes:
        raise PayError(403, "NO_AUTH", "未开通该转账场景")
    if said != REPORTS.get(scene, said) or too_long:
        raise PayError(400, "PARAM_ERROR", "未传入完整且对应的转账场景报备信息")
    if (fen >= NAME_FROM_FEN and not name) or (name and fen < NAME_UP_FROM_FEN):
        raise PayError(400, "PARAM_ERROR", "收款用户姓名不符合要求")


def show(book: Book, merchant: Merchant, number: str) -> Json:
    """`GET …/out-bill-no/{number}`: 404 NOT_FOUND for one that never came."""
    return told(_found(book, number), merchant)


def cancel(world: World, book: Book, merchant: Merchant, notes: Notes, number: str) -> Json:
    """`POST …/cancel` while the payee has not taken it."""
    made = _found(book, number)
    if made.state == WAITING:
        finish(world, merchant, notes, made, "CANCELLED", "MCH_CANCEL")
    elif made.state != "CANCELLED":
        raise PayError(400, "INVALID_REQUEST", "当前状态不支持撤销")
    return told(made, merchant)


def told(made: Transfer, merchant: Merchant, *, with_package: bool = False) -> Json:
    """A bill as reply and notification tell it."""
    said: Json = {
        "mch_id": merchant.mchid,
        "appid": merchant.appid,
        "out_bill_no": made.number,
        "transfer_bill_no": made.bill_no,
        "state": made.state,
        "transfer_amount": made.fen,
        "openid": made.openid,
        "create_time": when(made.made_at),
        "update_time": when(made.changed_at),
    }
    if made.reason:
        said["fail_reason"] = made.reason
    if with_package and made.state == WAITING:
        said["package_info"] = "pkg" + made.bill_no
    return said


def confirm(world: World, book: Book, merchant: Merchant, notes: Notes, number: str, user: User) -> Json:
    """The payee's tap on 收款. Another name than the account's ends it."""
    made = _found(book, number)
    if world.openid(merchant.appid, user.alias) != made.openid or made.state != WAITING:
        raise PayError(400, "INVALID_REQUEST", "不能收款")
    name = made.asked.get("user_name")
    if name and user.real_name and name != user.real_name:
        finish(world, merchant, notes, made, "FAIL", "NAME_NOT_CORRECT")
    else:
        finish(world, merchant, notes, made, "SUCCESS")
    return told(made, merchant)


def finish(
    world: World, merchant: Merchant, notes: Notes, made: Transfer, state: str, reason: str = ""
) -> None:
    """SUCCESS, FAIL or CANCELLED; what did not go comes back to the balance."""
    made.state, made.reason, made.changed_at = state, reason, world.clock.stamp()
    if state != "SUCCESS":
        merchant.balance_fen += made.fen
    notes.send(merchant, str(made.asked.get("notify_url", "")), DONE, told(made, merchant))


def overdue(made: Transfer, now: float) -> bool:
    """A day without a tap."""
    return made.state == WAITING and now - made.made_at >= CONFIRM_S


def _found(book: Book, number: str) -> Transfer:
    made = book.transfers.get(number)
    if made is None:
        raise PayError(404, "NOT_FOUND", "记录不存在")
    return made
