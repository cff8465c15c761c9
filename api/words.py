"""The codes of the API in the words of the field: `x-words` of the contract, for whoever shows them to people."""

from __future__ import annotations

from collections.abc import Mapping

from domain.actions import ASKS, CATEGORY_NAMES
from domain.audit_sampling import WHY_NAMES
from domain.audits import REASONS
from domain.audits import STATE_NAMES as AUDITS
from domain.channel_charges import FAULT_NAMES
from domain.charges import FOR_STAFF, RULING_NAMES, STATE_NAMES
from domain.fee_rules import BASE_NAMES, ZONE_NAMES
from domain.fee_words import KEPT_NAMES
from domain.finding_words import NAMES as FINDINGS
from domain.job import KIND_NAMES, STATUS_NAMES
from domain.pack_words import CAPTURES, CONFIRMED, FACTS, ROLES, SOURCES, VERDICTS
from domain.packs import PHASE_NAMES
from domain.payouts import STATE_NAMES as PAYOUTS
from domain.penalties import REASON_NAMES as PENALTY_REASONS
from domain.penalties import STATE_NAMES as PENALTIES
from domain.queues import QUEUES
from domain.reasons import DECLINE
from domain.statements import KINDS as LINE_KINDS
from domain.statements import STATUS_NAMES as STATEMENTS
from services.breaches import EXCUSES
from services.queries.profit_shares import STATES as SHARES

CLOCKS = {
    "accept": "接单", "name_installer": "指派师傅", "contact": "首次联系", "book": "预约", "arrive": "上门",
    "finish": "完工", "supplement": "补充凭证", "confirm": "验收", "audit": "稽核", "urge_reply": "催办回复",
    "complaint_first_reply": "投诉首次回复", "complaint_close": "投诉了结", "safety": "安全回电", "appeal": "申诉答复",
}  # fmt: skip
OFFERS = {
    "open": "待接单",
    "accepted": "已接单",
    "declined": "已拒单",
    "expired": "超时未接",
    "withdrawn": "已撤回",
}
BINDINGS = {"pending": "待批准", "active": "在岗", "suspended": "已停用", "ended": "已离岗"}
DECLARATIONS = {"declared": "待核定", "verified": "已核定", "refused": "已退回"}
BANK_ACCOUNTS = {"proposed": "待核实", "verified": "已核实", "refused": "不予核实", "replaced": "已更换"}
FAMILIES = {"platform": "平台承诺", "dealer": "网点承诺"}
LEVELS = {"notice": "将到期", "breach": "已超时", "severe": "严重超时"}

WORDS: Mapping[str, Mapping[str, str]] = {
    "roles": ROLES,
    "statuses": {str(status): name for status, name in STATUS_NAMES.items()},
    "kinds": {str(kind): name for kind, name in KIND_NAMES.items()},
    "queues": QUEUES,
    "actions": {**{str(action): ask.name for action, ask in ASKS.items()}, **FACTS},
    "clocks": CLOCKS,
    "levels": LEVELS,
    "families": FAMILIES,
    "excuses": EXCUSES,
    "offers": OFFERS,
    "charges": {**STATE_NAMES, **FOR_STAFF},
    "charge_rulings": RULING_NAMES,
    "complaints": CATEGORY_NAMES,
    "confirmed": CONFIRMED,
    "captures": CAPTURES,
    "serial_sources": {code: name for code, name in SOURCES.items() if code},
    "findings": {str(code): name for code, name in FINDINGS.items()},
    "audits": dict(AUDITS),
    "audit_whys": {str(why): name for why, name in WHY_NAMES.items()},
    "audit_reasons": dict(REASONS),
    "phases": dict(PHASE_NAMES),
    "verdicts": VERDICTS,
    "statements": {str(status): name for status, name in STATEMENTS.items()},
    "payouts": {str(state): name for state, name in PAYOUTS.items()},
    "penalties": {str(state): name for state, name in PENALTIES.items()},
    "penalty_reasons": PENALTY_REASONS,
    "faults": {str(fault): name for fault, name in FAULT_NAMES.items() if fault},
    "shares": SHARES,
    "line_kinds": LINE_KINDS,
    "base_fees": {str(kind): name for kind, name in BASE_NAMES.items()},
    "zones": {str(zone): name for zone, name in ZONE_NAMES.items()},
    "clock_ends": {str(kept): name for kept, name in KEPT_NAMES.items()},
    "declines": DECLINE,
    "bindings": BINDINGS,
    "declarations": DECLARATIONS,
    "bank_accounts": BANK_ACCOUNTS,
}
