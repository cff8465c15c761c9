"""The demo's secrets are made once, kept for us alone, and never replaced."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from demo import merchant
from demo.environment import SECRETS, environment, kept_secrets
from demo.plan import Choices
from demo.processes import StartFailed


def test_secrets_are_the_same_in_the_next_run_and_readable_by_us_alone(tmp_path: Path) -> None:
    """A lost PERSONAL_KEY would lose the personal data: what is written stays."""
    first = kept_secrets(tmp_path / "demo.env")
    assert kept_secrets(tmp_path / "demo.env") == first
    assert (tmp_path / "demo.env").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_new_is_added_beside_the_old_ones(tmp_path: Path) -> None:
    """A setting that came with a newer version doesn't change the others."""
    first = kept_secrets(tmp_path / "demo.env")
    lines = (tmp_path / "demo.env").read_text().splitlines()
    (tmp_path / "demo.env").write_text("\n".join(line for line in lines if not line.startswith("SIM_KEY=")))
    second = kept_secrets(tmp_path / "demo.env")
    assert second["SIM_KEY"] != first["SIM_KEY"]
    assert {**second, "SIM_KEY": ""} == {**first, "SIM_KEY": ""}


def test_the_merchants_keys_are_made_once_and_each_side_gets_its_half(tmp_path: Path) -> None:
    """The product has its private key and WeChat's public one; what the stand-in verifies with is the same pair."""
    first, second = (
        environment(tmp_path, "postgresql+psycopg:///x", "127.0.0.1", 8000, 8090, {}) for _ in range(2)
    )
    ours, theirs = Path(first["WECHAT_MCH_KEY"]), Path(first["WECHAT_MCH_PUBLIC_KEY"])
    known = merchant.account(second)

    assert first == second
    assert ours.stat().st_mode & 0o777 == 0o600
    assert known["public_key"] == ours.with_name("merchant.pub.pem").read_text()
    assert theirs.read_text() == merchant.public(known["platform_key"].encode())


@pytest.mark.parametrize("name", ["SECRET_KEY", "PERSONAL_KEY", "LOOKUP_KEY"])
def test_keys_are_32_bytes(tmp_path: Path, name: str) -> None:
    """Each key is base64 of 32 bytes."""
    assert len(base64.b64decode(kept_secrets(tmp_path / "demo.env")[name], validate=True)) == 32


def test_the_push_key_has_the_shape_wechat_gives(tmp_path: Path) -> None:
    """EncodingAESKey: 43 letters and digits, canonical base64 of 32 bytes without its last sign."""
    for _ in range(50):
        text = SECRETS["WECHAT_PUSH_AES_KEY"]()
        assert re.fullmatch(r"[A-Za-z0-9]{43}", text)
        raw = base64.b64decode(text + "=", validate=True)
        assert base64.b64encode(raw).decode() == text + "="


def test_programs_speak_to_each_other_without_the_proxy_of_the_person(tmp_path: Path) -> None:
    """NO_PROXY keeps what the person had and adds this machine; PG* of the shell is left out."""
    given = {"NO_PROXY": "corp.example", "PGPORT": "6000", "PATH": "/bin"}
    made = environment(tmp_path, "postgresql+psycopg:///x", "127.0.0.1", 8000, 8090, given)
    assert made["NO_PROXY"].split(",")[:3] == ["corp.example", "127.0.0.1", "localhost"]
    assert "PGPORT" not in made
    assert made["PUBLIC_URL"] == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"PORT": "http"}, "PORT=http"),
        ({"STANDIN_PORT": "70000"}, "STANDIN_PORT=70000"),
        ({"STORY": "x"}, "STORY=x"),
        ({"STORY_ORDERS": "3"}, "STORY_ORDERS=3"),
        ({"STORY_ORDERS": "many"}, "STORY_ORDERS=many"),
        ({"STORY_STUTTER": "0"}, "STORY_STUTTER=0"),
        ({"STORY_DATA": "no-such.csv"}, "STORY_DATA=no-such.csv"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_by_name(given: dict[str, str], named: str) -> None:
    """The message repeats what was set."""
    with pytest.raises(StartFailed, match=named):
        Choices.read(given)
