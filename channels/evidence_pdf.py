"""Draws an evidence pack for people: `python -m channels.evidence_pdf PICTURES OUT`, two descriptors, facts on stdin.

A process of its own: it holds no secret, no socket and no database. The font is embedded as the few hundred
characters that the document uses, so that it reads the same everywhere.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pylopdf_fonts_zh_cn
from fpdf import FPDF, FontFace
from fpdf.enums import TableBordersLayout, WrapMode, XPos, YPos

from domain.actions import ASKS
from domain.job import STATUS_NAMES
from domain.money import yuan
from domain.pack_words import AGREED, CAPTURES, CONFIRMED, FACTS, GONE, RESULTS, ROLES, SOURCES, VERDICTS, at
from domain.reasons import OUTSIDE, WAIVE

MARGIN, GAP, BOX = 15.0, 6.0, 62.0
IN_A_LINE = 36  # of the small characters below a photo
GREY, RED, LINE = (105, 105, 105), (176, 32, 32), (205, 205, 205)
_MEMORY = 1024 * 1024 * 1024


class Sheet(FPDF):
    """A4 with what the document is at the foot of every page."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self._foot = foot
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, 18)
        self.add_font("zh", "", str(pylopdf_fonts_zh_cn.sans_path()))
        self.set_draw_color(LINE)
        self.add_page()

    def footer(self) -> None:
        """The foot: what, when, for whom, and which page."""
        self.set_y(-14)
        self.say(f"{self._foot}　第 {self.page_no()} 页，共 {{nb}} 页", 7, GREY, align="C")

    def say(
        self, words: str, size: float = 9, colour: Sequence[int] = (0, 0, 0), w: float = 0, align: str = "L"
    ) -> None:
        """A paragraph from here on, in lines of its own; the next begins below it."""
        self.set_font("zh", size=size)
        self.set_text_color(*colour)
        self.multi_cell(
            w, size * 0.5, words, align=align, wrapmode=WrapMode.CHAR, new_x=XPos.LEFT, new_y=YPos.NEXT
        )

    def heading(self, words: str) -> None:
        """The name of a part, never alone at the end of a page."""
        if self.will_page_break(24):
            self.add_page()
        self.ln(4)
        self.say(words, 12)
        self.ln(1)

    def rows(
        self,
        widths: Sequence[int],
        head: Sequence[str] | None,
        lines: Iterable[Sequence[str]],
        size: float = 8,
    ) -> None:
        """A table over the whole width; its head is repeated on every page."""
        self.set_font("zh", size=size)
        self.set_text_color(0, 0, 0)
        plain = FontFace(emphasis=None, fill_color=(240, 240, 240))
        with self.table(
            col_widths=tuple(widths), first_row_as_headings=head is not None, headings_style=plain, text_align="L",
            line_height=size * 0.55, borders_layout=TableBordersLayout.HORIZONTAL_LINES, wrapmode=WrapMode.CHAR,
            padding=0.7,
        ) as table:  # fmt: skip
            for line in ([head] if head else []) + [list(line) for line in lines]:
                row = table.row()
                for cell in line:
                    row.cell(cell)


def draw(facts: Mapping[str, Any], pictures: Mapping[int, tuple[int, int]], source: int) -> bytes:
    """The whole document; `pictures` says where in the file `source` each photo lies."""
    job = facts["job"]
    sheet = Sheet(f"工单 {job['id']} {facts['kind_name']}　生成于 {at(facts['made_at'])}")
    sheet.set_title(f"证据包 工单 {job['id']}")
    sheet.say(f"证据包：{facts['kind_name']}", 18)
    _job(sheet, facts)
    _missing(sheet, facts)
    _findings(sheet, facts)
    _site(sheet, facts)
    _charges(sheet, facts)
    photos = {photo["id"]: photo for photo in facts["photos"]}
    for section in facts["sections"]:
        if section["photos"]:
            _section(sheet, section, photos, pictures, source)
    _events(sheet, facts)
    return bytes(sheet.output())


def _job(sheet: Sheet, facts: Mapping[str, Any]) -> None:
    job, customer = facts["job"], facts["job"]["customer"]
    sheet.ln(2)
    who = (
        f"{customer['name']}　{customer['phone']}　{customer['address']}" if customer else "已删除或无权查看"
    )
    confirmed = f"{at(job['confirmed_at'])}（{CONFIRMED.get(job['confirmed_by'], '—')}）"
    sheet.rows(
        (16, 34, 16, 34),
        None,
        [
            ("工单", f"{job['id']}　{job['kind_name']}　{job['status_name']}", "渠道", job["channel"]),
            ("订单号", job["order_number"], "商品", f"{job['product_name']} × {job['units']}"),
            ("网点", f"{job['dealer_name'] or '—'}（{job['dealer_id'] or '—'}）", "师傅",
             f"{job['installer'] or '—'}（{job['installer_id'] or '—'}）"),
            ("接单", at(job["accepted_at"]), "签到", at(job["checked_in_at"])),
            ("提交", at(job["submitted_at"]), "验收", confirmed if job["confirmed_at"] else "—"),
            ("客户", who, "个人信息", "完整" if facts["personal"] else "已遮盖"),
        ],
    )  # fmt: skip
    serials = facts["serial_numbers"]
    said = "、".join(
        f"{one['serial_number']}（{SOURCES[one['source']]}）" for one in serials if one["serial_number"]
    )
    sheet.rows((16, 84), None, [("序列号", said or "—")])


def _missing(sheet: Sheet, facts: Mapping[str, Any]) -> None:
    if facts["missing"]:
        sheet.heading("缺少的内容")
        for lack in facts["missing"]:
            sheet.say(f"· {lack['text']}", 9, RED)
    if facts["waived"]:
        sheet.heading("客户或现场原因未拍")
        for slot in facts["waived"]:
            sheet.say(
                f"· {slot['slot_name']}：{WAIVE.get(slot['reason'], slot['reason'])}（{at(slot['at'])}）"
            )


def _findings(sheet: Sheet, facts: Mapping[str, Any]) -> None:
    if facts["score"] is not None:
        sheet.heading("证据核查")
        sheet.say(f"风险分 {facts['score']}" + ("，须稽核" if facts["flagged"] else ""))
        for found in facts["findings"]:
            sheet.say(f"· {found['reason']}（{found['weight']}）")
    audit = facts["audit"]
    if audit is not None:
        sheet.heading("稽核结论")
        verdict = VERDICTS.get(audit["verdict"], "尚无结论")
        sheet.say(f"{verdict}　{at(audit['decided_at'])}" + ("　已申诉改判" if audit["reversed_at"] else ""))
        for one in audit["opinions"]:
            sheet.say(f"· 第 {one['round']} 轮：{VERDICTS[one['verdict']]}　{one['note'] or ''}")
            for wrong in one["photos"]:
                sheet.say(f"　照片 {wrong['photo_id']}：{wrong['text']}　{wrong['note'] or ''}")


def _site(sheet: Sheet, facts: Mapping[str, Any]) -> None:
    if not facts["check_ins"]:
        return
    sheet.heading("签到")
    sheet.rows(
        (22, 22, 14, 16, 26),
        ("发生", "收到", "结果", "距工单位置", "说明"),
        [
            (at(one["occurred_at"]), at(one["received_at"]), RESULTS[one["result"]],
             "—" if one["distance_m"] is None else f"{one['distance_m']} 米",
             OUTSIDE.get(one["reason"], one["reason"] or "—"))
            for one in facts["check_ins"]
        ],
    )  # fmt: skip


def _charges(sheet: Sheet, facts: Mapping[str, Any]) -> None:
    if not facts["charges"]:
        return
    sheet.heading("加价与客户同意")
    sheet.rows(
        (34, 14, 18, 34),
        ("项目", "金额", "状态", "客户同意"),
        [
            (one["text"], yuan(one["amount_fen"]), one["status_name"],
             f"{AGREED.get(one['agreed_how'], one['agreed_how'])} {at(one['decided_at'])}")
            for one in facts["charges"]
        ],
    )  # fmt: skip


def _section(
    sheet: Sheet,
    section: Mapping[str, Any],
    photos: Mapping[int, Mapping[str, Any]],
    pictures: Mapping[int, tuple[int, int]],
    source: int,
) -> None:
    asked = f"（应有 {section['least']} 张）" if section["least"] else ""
    if sheet.will_page_break(BOX + 30):  # its first row goes with it
        sheet.add_page()
    sheet.heading(f"{section['name']}　{len(section['photos'])} 张{asked}")
    shown = [photos[photo_id] for photo_id in section["photos"]]
    for first in range(0, len(shown), 2):
        _pair(sheet, first + 1, shown[first : first + 2], pictures, source)


def _pair(
    sheet: Sheet, number: int, pair: Sequence[Mapping[str, Any]], pictures: Mapping[int, tuple[int, int]], source: int
) -> None:  # fmt: skip
    """Two photos side by side, each with its words below; never parted by the end of a page."""
    width = (sheet.epw - GAP) / 2
    under = max(sum(1 + len(words) // IN_A_LINE for words, _ in _words(photo)) for photo in pair)
    if sheet.will_page_break(BOX + 12 + 3.3 * under):
        sheet.add_page()
    top, below = sheet.get_y(), 0.0
    for column, photo in enumerate(pair):
        left = MARGIN + column * (width + GAP)
        _picture(sheet, left, top, width, pictures.get(photo["id"]), source)
        sheet.set_xy(left, top + BOX + 1)
        sheet.say(f"{number + column}. {photo['slot_name']}　照片 {photo['id']}", 9, w=width)
        for words, colour in _words(photo):
            sheet.say(words, 6.5, colour, w=width)
        sheet.say(f"SHA-256 {photo['sha256']}", 5.2, GREY, w=width)
        below = max(below, sheet.get_y())
    sheet.set_xy(MARGIN, below + 3)


def _words(photo: Mapping[str, Any]) -> list[tuple[str, tuple[int, int, int]]]:
    """What stands below a photo, between its name and its hash."""
    how = CAPTURES[photo["capture"]]
    lines = [(f"拍摄 {at(photo['captured_at'])}　收到 {at(photo['received_at'])}　{how}", GREY)]
    if photo["place"] and photo["place"]["point"]:
        point = photo["place"]["point"]
        good = "误差未知" if point["accuracy_m"] is None else f"误差 {point['accuracy_m']:.0f} 米"
        lines.append((f"手机位置 {point['lng']:.5f}, {point['lat']:.5f}（{point['datum']}，{good}）", GREY))
    if photo["status"] != "active":
        lines.append((GONE.get(photo["superseded_as"], "已撤换"), GREY))
    return lines + [(f"{found['reason']}（{found['weight']}）", RED) for found in photo["findings"]]


def _picture(
    sheet: Sheet, x: float, y: float, width: float, place: tuple[int, int] | None, source: int
) -> None:
    if place is None:
        sheet.rect(x, y, width, BOX)
        sheet.set_xy(x, y + BOX / 2)
        sheet.say("没有图片（已删除或存储中找不到）", 8, GREY, w=width, align="C")
        return
    data = os.pread(source, place[1], place[0])
    sheet.image(io.BytesIO(data), x, y, width, BOX, keep_aspect_ratio=True)


def _events(sheet: Sheet, facts: Mapping[str, Any]) -> None:
    names = FACTS | {str(action): ask.name for action, ask in ASKS.items()}
    statuses = {str(status): name for status, name in STATUS_NAMES.items()}
    sheet.heading("事件链")
    sheet.say(f"末端 {facts['event_head']}", 6.5, GREY)
    sheet.say(
        "每个事件的哈希包含前一个事件的哈希；同一工单的 ZIP 证据包可用 verify_pack.py 离线核验。", 6.5, GREY
    )
    sheet.ln(1)
    sheet.rows(
        (4, 16, 13, 11, 9, 47),
        ("序", "发生", "动作", "状态", "由谁", "哈希"),
        [
            (str(e["seq"]), at(e["occurred_at"]), names.get(e["action"], e["action"]),
             statuses.get(e["to_status"], e["to_status"]), ROLES.get(e["actor_role"], e["actor_role"]), e["hash"])
            for e in facts["events"]
        ],
        size=6,
    )  # fmt: skip


def main() -> None:
    """Reads, draws, writes; any fault ends it with a status that is not 0."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, out = (int(argument) for argument in sys.argv[1:3])
    asked = json.load(sys.stdin)
    pictures = {int(photo_id): (place[0], place[1]) for photo_id, place in asked["photos"].items()}
    with os.fdopen(out, "wb") as file:
        file.write(draw(asked["manifest"], pictures, source))


if __name__ == "__main__":
    main()
