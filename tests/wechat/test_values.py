"""The value limits of subscribe messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from wechat.stand_in.limits import acceptable
from wechat.values import faults, fit, kind_of

VECTORS = [
    ("thing1", "上门安装服务", True),
    ("thing1", "字" * 20, True),
    ("thing1", "字" * 21, False),
    ("number1", "12.50", True),
    ("number1", "十二", False),
    ("number1", "1" * 33, False),
    ("letter1", "ABCdef", True),
    ("letter1", "ABC1", False),
    ("symbol1", "!!!", True),
    ("symbol1", "!!!!!!", False),
    ("character_string1", "AZ-2026#1", True),
    ("character_string1", "单号1", False),
    ("time1", "15:01", True),
    ("time1", "2019年10月1日 15:01", True),
    ("time1", "09:00~11:00", True),
    ("time1", "下午三点", False),
    ("date1", "2019年10月1日", True),
    ("date1", "2026-11-21 09:00", True),
    ("date1", "2026-11-21~2026-11-22", True),
    ("date1", "明天", False),
    ("amount1", "¥100.00", True),
    ("amount1", "100元", True),
    ("amount1", "12345678901", False),
    ("phone_number1", "138****8000", True),
    ("phone_number1", "+86-0766-66888866", True),
    ("phone_number1", "1" * 18, False),
    ("car_number1", "粤A8Z888挂", True),
    ("car_number1", "粤A8Z8888888", False),
    ("name1", "张三", True),
    ("name1", "Bartholomew Smith", True),
    ("name1", "一二三四五六七八九十一", False),
    ("phrase1", "已派单", True),
    ("phrase1", "已派单了吗呢", False),
    ("phrase1", "OK", False),
]


@pytest.mark.parametrize(("key", "value", "fine"), VECTORS)
def test_a_value_is_judged_by_its_keys_type(key: str, value: str, fine: bool) -> None:
    """The documentation's table, and the stand-in, written apart, agrees."""
    assert (faults([key], [(key, value)]) == []) is fine
    assert acceptable(key, value, []) is fine


@pytest.mark.parametrize("value", ["", "  ", "两\n行", "响\x07铃", "\ud800"])
def test_empty_and_unprintable_values_are_faults_of_every_type(value: str) -> None:
    """WeChat refuses the whole message for one of them."""
    assert [f.field for f in faults(["thing1", "phrase2"], [("thing1", value), ("phrase2", value)])] == [
        "thing1",
        "phrase2",
    ]


def test_missing_and_unknown_keys_are_faults() -> None:
    """Every key of the template must be there, and no other."""
    found = faults(["thing1", "time2"], [("thing1", "安装"), ("thing9", "多余")])
    assert [(f.field, f.code) for f in found] == [("time2", "missing_key"), ("thing9", "unknown_key")]


@given(
    st.text(min_size=1).filter(lambda text: any(not char.isspace() and char.isprintable() for char in text))
)
def test_any_text_fits_a_thing_after_cutting(text: str) -> None:
    """A `thing` made to fit is accepted by WeChat's table whatever people wrote."""
    fitted = fit("thing", text)
    assert len(fitted) <= 20
    assert acceptable("thing1", fitted, [])


def test_a_long_thing_is_cut_by_code_points_with_an_ellipsis() -> None:
    """Nineteen characters and `…`, counting an emoji as one."""
    assert fit("thing", "😀" * 30) == "😀" * 19 + "…"
    assert fit("thing", "第一行\n第二行") == "第一行 第二行"


@pytest.mark.parametrize(("kind", "text"), [("phrase", "正在安装途中"), ("date", "明天"), ("thing", " \n ")])
def test_what_cannot_be_cut_honestly_is_refused(kind: str, text: str) -> None:
    """Half a phrase says something else, and nothing is not a value."""
    with pytest.raises(Invalid) as caught:
        fit(kind, text)
    assert caught.value.errors[0].field == kind


def test_the_type_is_read_from_the_key() -> None:
    """`phone_number12` is a phone_number; a key without digits has no type."""
    assert (kind_of("phone_number12"), kind_of("thing7"), kind_of("thing")) == ("phone_number", "thing", "")
