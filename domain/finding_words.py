"""What can be found, in words, and who reads them (domain.md §5).

Findings the installer can mend are told at once, still on site. That a photo was used before is told without whose
it was. The other integrity findings are for the brand's reviewers only: who cheats must not learn what gave it away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from domain.actors import DEALER_ROLES, Role
from domain.editors import name_of

REVIEWERS = frozenset({Role.AGENT, Role.AUDITOR, Role.ADMIN})


class Code(StrEnum):
    """On one photo; from IMPOSSIBLE_TRAVEL on, on a whole job."""

    TOO_DARK = "too_dark"
    BLURRED = "blurred"
    TOO_SMALL_FOR_SLOT = "too_small_for_slot"
    GALLERY_WHERE_CAMERA_REQUIRED = "gallery_where_camera_required"
    UNKNOWN_PLACE = "unknown_place"
    DUPLICATE_SLOT = "duplicate_slot"
    TAKEN_AT_ANOTHER_TIME = "taken_at_another_time"
    TAKEN_ELSEWHERE = "taken_elsewhere"
    EDITED = "edited"
    REUSED = "reused"
    RETAKEN = "retaken"
    IMPOSSIBLE_TRAVEL = "impossible_travel"
    SHARED_DEVICE = "shared_device"
    SERIAL_INSTALLED_BEFORE = "serial_installed_before"
    CHECKED_IN_OUTSIDE = "checked_in_outside"


QUALITY = frozenset(
    {
        Code.TOO_DARK,
        Code.BLURRED,
        Code.TOO_SMALL_FOR_SLOT,
        Code.GALLERY_WHERE_CAMERA_REQUIRED,
        Code.UNKNOWN_PLACE,
        Code.DUPLICATE_SLOT,
    }
)
INTEGRITY = frozenset(Code) - QUALITY
NAMES: Mapping[str, str] = MappingProxyType(
    {
        Code.TOO_DARK: "太暗",
        Code.BLURRED: "模糊",
        Code.TOO_SMALL_FOR_SLOT: "太小",
        Code.GALLERY_WHERE_CAMERA_REQUIRED: "非现场拍摄",
        Code.UNKNOWN_PLACE: "没有位置",
        Code.DUPLICATE_SLOT: "一图两用",
        Code.TAKEN_AT_ANOTHER_TIME: "时间不符",
        Code.TAKEN_ELSEWHERE: "地点不符",
        Code.EDITED: "修改过",
        Code.REUSED: "曾用于他单",
        Code.RETAKEN: "疑似翻拍",
        Code.IMPOSSIBLE_TRAVEL: "行程不可能",
        Code.SHARED_DEVICE: "多人共用手机",
        Code.SERIAL_INSTALLED_BEFORE: "序列号重复",
        Code.CHECKED_IN_OUTSIDE: "签到在范围外",
    }
)
"""In a word, where there is room for no more."""
REUSED_FOR_DEALERS = "此照片曾用于其他工单"
PLACES = MappingProxyType({1: "照片自带的位置", 2: "手机的位置", 3: "签到位置", 4: "工单位置"})

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Code.TOO_DARK: "照片太暗（亮度 {brightness}，应不低于 {least}），请补光后重拍",
        Code.BLURRED: "照片可能模糊（清晰度 {sharpness}，应不低于 {least}），请对焦后重拍",
        Code.TOO_SMALL_FOR_SLOT: "照片太小（{width}×{height}，每边至少 {least} 像素），请上传原图或重拍",
        Code.GALLERY_WHERE_CAMERA_REQUIRED: "该拍照项须现场拍摄，请用相机重拍，不要从相册选取",
        Code.UNKNOWN_PLACE: "照片没有可用的位置信息，请打开手机定位后重拍",
        Code.DUPLICATE_SLOT: "与本工单另一拍照项的照片（编号 {photo_id}）相同，请按本项要求另拍一张",
        Code.TAKEN_AT_ANOTHER_TIME: "照片自带的拍摄时间与所称时间相差 {days} 天 {hours} 小时 {minutes} 分",
        Code.TAKEN_ELSEWHERE: "{one}距{other} {metres} 米，超出允许的 {allowed} 米（含双方定位误差）",
        Code.EDITED: "照片经图像编辑软件保存过（{editor}）",
        Code.REUSED: "此照片曾用于工单 {job_id}（照片编号 {photo_id}，{days} 天前）",
        Code.RETAKEN: "与工单 {job_id} 的照片（编号 {photo_id}，{days} 天前）画面相同但角度不同："
        "可能翻拍自屏幕或打印件，也可能是同型号的铭牌，请人工核对",
        Code.IMPOSSIBLE_TRAVEL: "同一师傅从工单 {from_job_id} 到工单 {to_job_id}：{seconds} 秒内 {metres} 米"
        "（已扣除定位误差），相当于 {kmh} km/h，超过 {most_kmh} km/h",
        Code.SHARED_DEVICE: "该手机在 {days} 天内还由其他 {people} 名师傅使用过",
        Code.SERIAL_INSTALLED_BEFORE: "{serials} 个序列号曾在其他工单安装（如工单 {job_id}，{days} 天前）",
        Code.CHECKED_IN_OUTSIDE: "签到处距工单位置 {metres} 米，超出允许范围（已说明原因）",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A code, how heavy it weighs towards an audit (0–100), and the numbers behind it."""

    code: str
    weight: int
    numbers: Mapping[str, int] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """For reviewers, in Chinese."""
        return reason(self.code, self.numbers)


def _spell_time(numbers: Mapping[str, int]) -> dict[str, object]:
    days, rest = divmod(numbers["minutes"], 24 * 60)
    hours, minutes = divmod(rest, 60)
    return {"days": days, "hours": hours, "minutes": minutes}


def _spell_places(numbers: Mapping[str, int]) -> dict[str, object]:
    return {**numbers, "one": PLACES[numbers["point"]], "other": PLACES[numbers["against"]]}


_SPELT: Mapping[str, Callable[[Mapping[str, int]], dict[str, object]]] = MappingProxyType(
    {
        Code.TAKEN_AT_ANOTHER_TIME: _spell_time,
        Code.TAKEN_ELSEWHERE: _spell_places,
        Code.EDITED: lambda numbers: {"editor": name_of(numbers["editor"])},
    }
)


def reason(code: str, numbers: Mapping[str, int], role: Role | None = None) -> str:
    """The words of a finding as stored: reason("too_dark", {"brightness": 12, "least": 40}).

    For a role of the dealer's side a photo used before names no job: reason("reused", {…}, Role.INSTALLER).
    """
    if code == Code.REUSED and role in DEALER_ROLES:
        return REUSED_FOR_DEALERS
    spell = _SPELT.get(code, dict)
    return _WORDS[code].format(**spell(numbers))


def numbers_for(role: Role, code: str, numbers: Mapping[str, int]) -> dict[str, int]:
    """What this role gets of the numbers: the dealer's side nothing of whose photo it was."""
    return {} if code == Code.REUSED and role not in REVIEWERS else dict(numbers)


def may_see(role: Role, code: str) -> bool:
    """Reviewers see every finding, the dealer's side what it can mend and that a photo was used, the customer none."""
    if role in REVIEWERS:
        return True
    return role in DEALER_ROLES and (code in QUALITY or code == Code.REUSED)
