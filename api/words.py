"""The codes of the API in the words of the field: `x-words` of the contract, for whoever shows them to people."""

from __future__ import annotations

from collections.abc import Mapping

from domain.actions import ASKS, CATEGORY_NAMES
from domain.audit_sampling import WHY_NAMES
from domain.audits import REASONS
from domain.audits import STATE_NAMES as AUDITS
from domain.causes import CAUSES
from domain.channel_charges import FAULT_NAMES
from domain.charges import FOR_STAFF, RULING_NAMES, STATE_NAMES
from domain.fee_rules import BASE_NAMES, CHARGE_TYPES, ZONE_NAMES
from domain.fee_words import KEPT_NAMES
from domain.finding_words import NAMES as FINDINGS
from domain.installer_pay import REASON_NAMES as EARNING_REASONS
from domain.job import KIND_NAMES, STATUS_NAMES
from domain.notices import TEMPLATES
from domain.pack_words import CAPTURES, CONFIRMED, FACTS, ROLES, SOURCES, VERDICTS
from domain.packs import PHASE_NAMES
from domain.payments import STATE_NAMES as BILLS
from domain.payouts import STATE_NAMES as PAYOUTS
from domain.penalties import REASON_NAMES as PENALTY_REASONS
from domain.penalties import STATE_NAMES as PENALTIES
from domain.profit_share import COST_NAMES
from domain.queues import QUEUES
from domain.reasons import DECLINE, HOLD, OUTSIDE
from domain.retention import HOLD_REASONS, LIFT_REASONS
from domain.runs import COUNTED
from domain.runs import NAMES as TASKS
from domain.statements import LEDGER_KINDS
from domain.statements import STATUS_NAMES as STATEMENTS
from domain.warranty import COVERS, PAYER_NAMES
from services.breaches import EXCUSES
from services.queries.owed import KINDS as OWED
from services.queries.owed import STATES as OUTBOX
from services.queries.owed import WIRES
from services.queries.profit_shares import STATES as SHARES
from services.queries.wechat_bills import KIND_NAMES as BILL_KINDS

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
BINDING_REASONS = {
    "phone_differs": "手机号与邀请上的不一致，等发出邀请的人批准",
    "phone_without_invitation": "没有邀请码，等网点批准",
    "not_invited": "没有找到给您的邀请",
}
DECLARATIONS = {"declared": "待核定", "verified": "已核定", "refused": "已退回"}
BANK_ACCOUNTS = {"proposed": "待核实", "verified": "已核实", "refused": "不予核实", "replaced": "已更换"}
FAMILIES = {"platform": "平台承诺", "dealer": "网点承诺", "none": "内部时效"}
DEALERS = {"active": "合作中", "leaving": "撤出中", "ended": "已终止"}
PLATFORMS = {
    "jd": "京东",
    "tmall": "天猫",
    "taobao": "淘宝",
    "amazon": "亚马逊",
    "pinduoduo": "拼多多",
    "own": "自有渠道",
}
PARTIES = {"company": "公司", "natural_person": "个人"}
CERTIFICATES = {"gas": "燃气安装证", "wiring": "电工证"}
COUNTS = {"wall": "自然时间", "service": "服务时间", "working": "工作时间"}
CORRECTIONS = {"policy": "时效规则", "calendar": "工作日历"}
ACCESSES = {
    "revealed": "查看姓名电话",
    "reveal_refused": "查看被拒",
    "notes_read": "查看备注",
    "complaint_read": "查看投诉",
    "remote_case_read": "查看远程费争议",
    "photo_late": "改派后看照片",
    "photo_deleted": "删除照片",
    "evidence_pack": "导出证据包",
    "payout_file_read": "下载付款文件",
    "outbox_dropped": "放弃待处理事项",
    "signed_in": "登录",
    "signed_out": "退出",
    "sign_in_refused": "登录被拒",
    "password_set": "设置密码",
    "password_refused": "密码错误",
    "totp_enrolled": "启用动态验证码",
    "session_revoked": "结束会话",
    "links_revoked": "撤回链接",
    "job_code_made": "生成工单码",
    "invited": "发出邀请",
    "invitation_revoked": "撤回邀请",
    "invitation_refused": "邀请被拒",
    "binding_refused": "加入被拒",
    "rebind_refused": "换绑被拒",
    "authorization_revoked": "撤回微信授权",
    "legal_hold": "依法保留",
    "legal_hold_lifted": "解除保留",
    "exported": "导出个人数据",
    "erased": "删除个人数据",
    "erasure_refused": "删除被拒",
    "first_admin": "首位管理员",
}
SCHEMES = {"share": "分成制", "dealer_ships": "订单制", "exclusive": "独家制"}
REPAIRS = {
    "waiting": "序列号待核实",
    "undecided": "待判责任",
    "to_quote": "待报价",
    "quoted": "待客户答复",
    "all": "全部",
}
ORDER_LINES = {
    "unpaid": "未付款",
    "paid": "已付款",
    "shipped": "已发货",
    "delivered": "已签收",
    "refunded": "已退款",
    "closed": "已关闭",
}
ORDER_EVENTS = {"refund": "退款", "address": "改址", "delivery": "签收"}
SESSIONS = {"phone": "手机", "console": "控制台", "link": "客户链接"}
SUGGESTIONS = {"proposed": "待处理", "accepted": "已采纳", "dismissed": "未采纳"}
EVIDENCE_SETTINGS = {
    "dark_below": "过暗：平均亮度低于（0–255）",
    "blurred_below": "模糊：清晰度低于",
    "drift_minutes": "相机时钟可差（分钟）",
    "offline_minutes": "离线照片最迟上传（分钟）",
    "skew_minutes": "手机时钟可快（分钟）",
    "worst_accuracy_m": "定位误差最多（米）",
    "elsewhere_m": "异地：超出误差后仍相距（米）",
    "travel_kmh": "行程：时速超过（公里）",
    "travel_least_m": "行程：短于此不看（米）",
    "shared_days": "同一手机多人使用：看多少天",
    "flag_at": "多少分起送稽核",
    "soft_cap": "可补拍的问题最多合计（分）",
    **{f"weight_{code}": f"{name}（分）" for code, name in FINDINGS.items()},
}
IMPORTS = {"waiting": "排队中", "running": "导入中", "done": "已完成", "failed": "失败"}
RESOLUTIONS = {"historical": "用的是旧名", "ambiguous": "有歧义", "conflict": "前后矛盾", "none": "无法识别"}
LEVELS = {"notice": "将到期", "breach": "已超时", "severe": "严重超时"}

WORDS: Mapping[str, Mapping[str, str]] = {
    "roles": ROLES,
    "statuses": {str(status): name for status, name in STATUS_NAMES.items()},
    "kinds": {str(kind): name for kind, name in KIND_NAMES.items()},
    "queues": QUEUES,
    "actions": {**{str(action): ask.name for action, ask in ASKS.items()}, **FACTS},
    "clocks": CLOCKS,
    "levels": LEVELS,
    "imports": IMPORTS,
    "resolutions": RESOLUTIONS,
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
    "held": HOLD,
    "outside_reasons": OUTSIDE,
    "audit_reasons": dict(REASONS),
    "phases": dict(PHASE_NAMES),
    "verdicts": VERDICTS,
    "statements": {str(status): name for status, name in STATEMENTS.items()},
    "payouts": {str(state): name for state, name in PAYOUTS.items()},
    "penalties": {str(state): name for state, name in PENALTIES.items()},
    "penalty_reasons": PENALTY_REASONS,
    "faults": {str(fault): name for fault, name in FAULT_NAMES.items() if fault},
    "shares": SHARES,
    "line_kinds": LEDGER_KINDS,
    "base_fees": {str(kind): name for kind, name in BASE_NAMES.items()},
    "zones": {str(zone): name for zone, name in ZONE_NAMES.items()},
    "clock_ends": {str(kept): name for kept, name in KEPT_NAMES.items()},
    "declines": DECLINE,
    "earning_reasons": {str(reason): name for reason, name in EARNING_REASONS.items()},
    "bindings": BINDINGS,
    "declarations": DECLARATIONS,
    "bank_accounts": BANK_ACCOUNTS,
    "tasks": TASKS,
    "counted": COUNTED,
    "outbox": OUTBOX,
    "owed": OWED,
    "wires": WIRES,
    "dealer_states": DEALERS,
    "parties": PARTIES,
    "certificates": CERTIFICATES,
    "counts": COUNTS,
    "corrections": CORRECTIONS,
    "charge_types": {str(code): name for code, name in CHARGE_TYPES.items()},
    "accesses": ACCESSES,
    "hold_reasons": dict(HOLD_REASONS),
    "lift_reasons": dict(LIFT_REASONS),
    "platforms": PLATFORMS,
    "schemes": SCHEMES,
    "covers": dict(COVERS),
    "payers": dict(PAYER_NAMES),
    "repairs": REPAIRS,
    "bills": {str(state): name for state, name in BILLS.items()},
    "bill_kinds": {str(kind): name for kind, name in BILL_KINDS.items()},
    "order_lines": ORDER_LINES,
    "order_events": ORDER_EVENTS,
    "sessions": SESSIONS,
    "binding_reasons": BINDING_REASONS,
    "notices": {code: template.title for code, template in TEMPLATES.items()},
    "causes": dict(CAUSES),
    "suggestions": SUGGESTIONS,
    "costs": {str(cost): name for cost, name in COST_NAMES.items()},
    "evidence_settings": EVIDENCE_SETTINGS,
}
