"""Packs that were altered anywhere are refused, in words that say where; those that were not are not."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels import verify_pack
from channels.pack_file import Pack
from domain.events import Event, digest

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
KEYS = {verify_pack.key_id(PUBLIC): PUBLIC}
AT = datetime(2026, 3, 2, 6, 0, 0, 120, UTC)
PHOTO = b"\xff\xd8 a picture of a water heater \xff\xd9"


def chain() -> list[dict[str, Any]]:
    """Two events sealed as the product seals them."""
    prev, events = b"", []
    told: list[dict[str, Any]] = [{"photo_id": 7, "slot": "铭牌"}, {"rate": 0.5, "none": None}]
    for seq, data in enumerate(told, 1):
        event = Event(12, seq, "take_photo", "booked", "on_site", "installer", 3, "d-1", AT, AT, None, data)
        own = digest(prev, event)
        fields = {name: getattr(event, name) for name in Event.__slots__ if name != "job_id"}
        fields |= {"occurred_at": AT.isoformat(), "received_at": AT.isoformat()}
        events.append({**fields, "prev_hash": prev.hex(), "hash": own.hex()})
        prev = own
    return events


def made(**changed: Any) -> bytes:
    """A whole pack of one photo; `changed` goes into its manifest."""
    pack, events = Pack(), chain()
    parts = list(pack.file("before/1-site-7.jpg", io.BytesIO(PHOTO)))
    facts: dict[str, Any] = {
        "job": {"id": 12},
        "kind_name": "完整证据包",
        "made_at": AT.isoformat(),
        "events": events,
        "event_head": events[-1]["hash"],
        "photos": [
            {"id": 7, "variant": "original", "file": "before/1-site-7.jpg", "sha256": pack.files[0]["sha256"]}
        ],
        "missing": [],
    }
    parts += pack.end(facts | changed, KEY)
    return b"".join(parts)


def judged(folder: Path, data: bytes) -> list[str]:
    path = folder / "pack.zip"
    path.write_bytes(data)
    return verify_pack.check(path, KEYS)[1]


def test_a_pack_as_it_was_handed_out_is_whole_and_an_ordinary_zip(tmp_path: Path) -> None:
    """The verifier finds nothing, unpacked or not, and any program can open it."""
    assert judged(tmp_path, made()) == []
    with zipfile.ZipFile(tmp_path / "pack.zip") as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["before/1-site-7.jpg", "manifest.json", "manifest.sig"]
        packed.extractall(tmp_path / "unpacked")
    assert verify_pack.check(tmp_path / "unpacked", KEYS)[1] == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_flipped_bit_anywhere_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    """In a photo, a header, the directory, the manifest or the signature: there is no byte that does not count."""
    pack = bytearray(made())
    pack[data.draw(st.integers(0, len(pack) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert judged(tmp_path, bytes(pack)) != []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(made()) - 1))
def test_a_pack_cut_off_anywhere_is_refused(tmp_path: Path, length: int) -> None:
    """Also after the signature, and with nothing left at all."""
    assert judged(tmp_path, made()[:length]) != []
    assert judged(tmp_path, made() + b"x" * (length + 1)) != []


def test_a_file_put_in_taken_out_or_changed_is_named(tmp_path: Path) -> None:
    """Repacked by any program, so that the ZIP itself is in order: the words name the file."""
    judged(tmp_path, made())
    folder = tmp_path / "unpacked"
    shutil.unpack_archive(tmp_path / "pack.zip", folder)

    (folder / "more.jpg").write_bytes(b"more")
    assert verify_pack.check(folder, KEYS)[1] == ["包里有、清单里没有的文件：more.jpg"]
    (folder / "more.jpg").unlink()
    photo = folder / "before/1-site-7.jpg"
    photo.write_bytes(b"another")
    [said] = verify_pack.check(folder, KEYS)[1]
    assert said.startswith("文件 before/1-site-7.jpg 的内容被改动")
    photo.unlink()
    assert verify_pack.check(folder, KEYS)[1] == ["清单里有、包里没有的文件：before/1-site-7.jpg"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"event_head": "00"}, "末端"),
        ({"events": chain()[1:]}, "第 1 个事件处中断"),
        ({"events": [chain()[0] | {"reason": "x"}, chain()[1]]}, "第 1 个事件的内容"),
        ({"job": {"id": 13}}, "第 2 个事件的内容"),
        (
            {"photos": [{"id": 7, "variant": "original", "file": "before/1-site-7.jpg", "sha256": "ab"}]},
            "照片 7 称为原图",
        ),
    ],
)
def test_a_signed_manifest_is_still_held_against_itself(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    """Whoever has the key cannot leave out or alter an event, or pass another picture off as the original."""
    assert any(said in fault for fault in judged(tmp_path, made(**change)))


def test_another_key_proves_nothing(tmp_path: Path) -> None:
    """A pack signed by somebody else is refused, whatever key it names."""
    path = tmp_path / "pack.zip"
    path.write_bytes(made())
    other = bytes(32)
    assert verify_pack.check(path, {verify_pack.key_id(other): other})[1] == [
        "清单所称的签名密钥不在所给公钥之中，无法证明来源"
    ]
    pretending = {verify_pack.key_id(PUBLIC): Ed25519PrivateKey.generate().public_key().public_bytes_raw()}
    assert any("签名不符" in fault for fault in verify_pack.check(path, pretending)[1])


def test_the_verifier_is_one_file_that_works_alone(tmp_path: Path) -> None:
    """Copied away from this project it still says, by words and exit status, whether a pack is whole."""
    alone = tmp_path / "verify_pack.py"
    shutil.copy(verify_pack.__file__, alone)
    (tmp_path / "key").write_bytes(base64.b64encode(PUBLIC))
    pack = made(missing=[{"text": "安装后还差 1 张"}])
    (tmp_path / "whole.zip").write_bytes(pack)
    (tmp_path / "broken.zip").write_bytes(pack.replace(b"heater", b"cooler"))

    def run(name: str) -> tuple[int, str]:
        command = [sys.executable, "-I", str(alone), str(tmp_path / name), "--key", str(tmp_path / "key")]
        ended = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False)
        return ended.returncode, ended.stdout.decode()

    code, said = run("whole.zip")
    assert (code, "缺：安装后还差 1 张" in said, "证据包完好" in said) == (0, True, True)
    code, said = run("broken.zip")
    assert (code, "before/1-site-7.jpg" in said, "证据包不可信" in said) == (1, True, True)
