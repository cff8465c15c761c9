"""What in an address is no name: separators, fillers, phones, roads. And how an address is made readable.

The address as typed is never changed; the scan reads a copy with full-width forms, traditional characters and the
blanks between two characters taken out of the way.
"""

from __future__ import annotations

import re
import unicodedata

from domain.division_traditional import SIMPLER

_SEPARATORS = " \t\r\n,，、;；:：.。·•*#~`'\"“”‘’!?+=<>《》\\&-—–_/|()（）[]【】{}「」『』"
FILLERS = (
    "市辖区",
    "市辖县",
    "省直辖县级行政区划",
    "省直辖行政单位",
    "自治区直辖县级行政区划",
    "自治区直辖县级行政单位",
    "省直辖县级行政单位",
    "直辖县级行政区划",
    "省直辖县级",
    "省直辖县",
    "省直管县",
    "中华人民共和国",
    "中国大陆",
    "中国",
    "全境",
    "其它区",
    "其他区",
    "城区以内",
    "其他",
    "其它",
    "生产建设兵团",
)
_FILLER = re.compile("|".join(FILLERS) + "|第?[一二三四五六七八九十]{1,3}师(?=.{2,6}市)")
# A short name before one of these is a road, a gate, a hospital: 南京东路, 朝阳门, 鼓楼医院.
NOT_A_PLACE = re.compile(
    r"[东西南北中前后新老大小内外支环上下一二三四五六七八九十]{0,2}"
    r"(?:[路街道巷弄里门桥站寺庙宫祠塔阁亭山湖河江海港湾岛湿滩村屯苑园城银商关区县市省州盟旗镇乡]|胡同|立交|广场"
    r"|机场|医院|大学|学院|中学|小学|学校|公园|码头|宾馆|饭店|酒店|大厦|大桥|大坝|火车|高铁|地铁|动物|体育[馆场中]"
    r"|足球|博物|图书|少年|人家|公馆|花园|府[第邸]|织造|书院|国际|天地)"
)
NOT_A_CITY = re.compile(r"[场委]|政[府路大协]|民[中广]|立[医学中]")
TOWN_AHEAD = re.compile(r"街道|镇|乡|苏木|区公所")
ANY_TOWN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]{1,12}?(?:街道|镇|乡|苏木)(?!路)")
UNKNOWN_TOWN = re.compile(r"[\u4e00-\u9fff]{1,5}(?:街道|镇|乡|苏木)(?!路)")
# A road right behind a short name: the name is a district then, unless the words between are a building's.
_ROAD = re.compile(
    r"(?!.{0,5}[厦院校馆店楼场站桥寺阁坝])[\u4e00-\u9fff]{2,5}?(?:大道|大街|胡同|新村|[路街巷弄])[东南西北中]?[段路]?(?![\u4e00-\u9fff])"
)
BREAK = re.compile(r"[\s,，;；:：。()（）\[\]【】]|$")
_STARTS = re.compile(
    r"(?:地址|收货地|送到|寄到|寄往)[:：是为]?|[\s,，;；:：。()（）【】]+|\d{5,}[-转\d]*(?=[\u4e00-\u9fff])"
)
ZONE = re.compile(
    r"(?:(?![省市县])[\u4e00-\u9fff]){0,6}?(?:高新技术产业开发区|高新技术开发区|高新技术产业园区?|高新产业开发区|经济技术开发区|经济开发区|高新区|经开区"
    r"|工业园区|产业园区|开发区|示范区|度假区|保税区|管理区|合作区|风景区|新区)"
)
_SPACED = re.compile(r"(?:[\u4e00-\u9fff][ \t]+){3,}")
_LONE_SUFFIX = re.compile(r"(?<=[\u4e00-\u9fff])[ \t]+(?=(?:省|市|区|县|镇|乡|街道)(?:[ \t]|$))")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_MOST_STARTS = 12


def fold(text: str) -> str:
    """A copy to read: full-width → half-width, traditional → simplified, no invisible characters."""
    if text.isascii():
        return text
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(SIMPLER).replace("巿", "市")
    if " " not in plain:
        return plain
    close = _SPACED.sub(lambda found: "".join(found[0].split()), plain)
    return _LONE_SUFFIX.sub("", close)


def skip(text: str, pos: int) -> int:
    """Past separators and words that name nothing."""
    while pos < len(text):
        if text[pos] in _SEPARATORS:
            pos += 1
        elif filler := _FILLER.match(text, pos):
            pos = filler.end()
        else:
            break
    return pos


def road_ahead(text: str, pos: int) -> bool:
    """Does a road stand here? 体育东路 does, 金融大厦 does not."""
    return _ROAD.match(text, pos) is not None


def starts(text: str) -> list[int]:
    """Where an address may begin: at the start, after `地址:`, a break, a phone number."""
    found = [skip(text, 0)]
    for mark in _STARTS.finditer(text):
        at = skip(text, mark.end())
        if at not in found and at < len(text):
            found.append(at)
        if len(found) >= _MOST_STARTS:
            break
    return found
