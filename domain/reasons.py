"""The reasons people give for what they do to a job: a code for programs, words for people."""

from __future__ import annotations

FAULTS = ("dealer", "goods", "logistics", "brand", "customer")
DECLINE = {
    "no_capacity": "排期已满",
    "too_far": "距离太远",
    "no_skill": "无人会装",
    "fee_too_low": "费用太低",
    "own_customers_first": "优先线下客户",
    "other": "其他",
}
CANCEL = {
    "no_outlet": "无网点",
    "customer": "客户取消",
    "brand": "品牌取消",
    "refund": "已退款",
    "other": "其他",
}
BOOKING = {
    "1": "无人接听或占线关机",
    "2": "未收到货",
    "3": "暂不需要安装",
    "4": "取消安装",
    "5": "电话号码错误",
}
ABORT = {
    "absent": "客户不在家",
    "wrong_address": "地址不对",
    "goods_wrong": "货损或货不对",
    "site_unfit": "现场不具备条件",
    "price_refused": "客户不同意费用",
    "part_missing": "缺配件",
    "unsafe": "存在安全隐患",
}
SUSPEND = {
    "customer_asked": "客户要求延后",
    "goods_missing": "货未到齐",
    "part_missing": "缺配件",
    "site_unfit": "现场不具备条件",
    "weather": "天气原因",
    "other": "其他",
}
OUTSIDE = {
    "gps_drift": "定位漂移",
    "address_wrong": "地址标注有误",
    "gate_far": "小区门口较远",
    "other": "其他",
}
HOLD = {
    "unpaid": "未付款",
    "undelivered": "货未送达",
    "damaged": "货有损坏",
    "certificate": "证书过期",
    "installer_stopped": "师傅已停止接单",
    "other": "其他",
}
WAIVE = {"customer_refused": "客户拒绝拍照", "not_applicable": "现场不适用", "unsafe": "拍摄不安全"}
DISPUTE = {
    "quality": "安装质量",
    "charge": "收费问题",
    "unfinished": "没有装完",
    "damage": "物品损坏",
    "other": "其他",
}
URGE = {"customer_called": "客户来电", "platform": "平台催单", "late": "已超时", "other": "其他"}
RESCHEDULE = {
    "customer": "客户改期",
    "installer": "师傅改期",
    "goods": "货未到",
    "weather": "天气原因",
    "other": "其他",
}
