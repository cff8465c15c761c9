"""What a dealer's desk is waited for: the kinds of it, and their names."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Waits(StrEnum):
    """One line of the page on which a dealer's day begins."""

    OFFERS = "offers"
    URGES = "urges"
    LATE = "late"
    ARRANGE = "arrange"
    COMPLAINTS = "complaints"
    EXPLAIN = "explain"
    STATEMENTS = "statements"
    PENALTIES = "penalties"
    CERTIFICATES = "certificates"
    AGREEMENT = "agreement"
    PEOPLE = "people"
    TRANSFERS = "transfers"


NAMES: Mapping[Waits, str] = {
    Waits.OFFERS: "派单等您接",
    Waits.URGES: "催办等您答复",
    Waits.LATE: "已超时，还没做完",
    Waits.ARRANGE: "已接单，还没约好",
    Waits.COMPLAINTS: "投诉没有了结",
    Waits.EXPLAIN: "超过时，等您说明",
    Waits.STATEMENTS: "结算单等您确认",
    Waits.PENALTIES: "处罚还可以申诉",
    Waits.CERTIFICATES: "证书快到期或已到期",
    Waits.AGREEMENT: "联盟协议等您签署",
    Waits.PEOPLE: "有人等您批准",
    Waits.TRANSFERS: "收款等您确认",
}
