"""Is an evidence pack what was handed out? One file that works alone and offline, and the format's one description.

    python verify_pack.py PACK.zip --key KEYS.json     # or the folder it was unpacked to

Python 3.11 and the package `cryptography` are all it needs; it imports nothing of this project, so that whoever
doubts us can read it in ten minutes. What writes packs takes the shape of every byte from here.

A pack is a ZIP without compression whose every byte is given by its files: photos and README.txt, then
`manifest.json` (canonical JSON: sorted keys, no spaces, UTF-8), then `manifest.sig` (64 bytes, Ed25519 over
the line `tuozhuang-evidence-pack/1` and the manifest). The manifest names every other file with its SHA-256.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

FORMAT = "tuozhuang-evidence-pack/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
KEPT = frozenset({MANIFEST, SIGNATURE})
MOST_KEPT = 64 * 1024 * 1024
CHUNK = 64 * 1024
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_UTF8, _STORED, _TIME, _DATE = (
    0x0800,
    0,
    0,
    0x0021,
)  # every file is of 1 January 1980: times are in the manifest


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the ZIP; `at` is where its header begins."""

    name: bytes
    size: int
    crc: int
    at: int


def local_header(name: bytes, size: int, crc: int) -> bytes:
    """What stands before a file's bytes."""
    shape = (20, _UTF8, _STORED, _TIME, _DATE, crc, size, size, len(name), 0)
    return struct.pack("<4s5H3I2H", _LOCAL, *shape) + name


def directory(entries: Iterable[Entry], at: int) -> bytes:
    """What stands behind the last file, from `at` on: the directory and its end."""
    listed, count = b"", 0
    for entry in entries:
        shape = (20, 20, _UTF8, _STORED, _TIME, _DATE, entry.crc, entry.size, entry.size, len(entry.name))
        listed += struct.pack("<4s6H3I5H2I", _CENTRAL, *shape, 0, 0, 0, 0, 0, entry.at) + entry.name
        count += 1
    return listed + struct.pack("<4s4H2IH", _END, 0, 0, count, count, len(listed), at, 0)


def canonical(value: Any) -> bytes:
    """The one way a manifest is written."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed(manifest: bytes) -> bytes:
    """What the signature is made over."""
    return f"{FORMAT}\n".encode() + manifest


def key_id(public_key: bytes) -> str:
    """The short name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


_EVENT = ("seq", "action", "from_status", "to_status", "actor_role", "actor_id", "device_id", "occurred_at")
_EVENT_REST = ("received_at", "reason", "data")


def event_hash(prev: bytes, job_id: int, event: Mapping[str, Any]) -> bytes:
    """The hash that seals an event after `prev`, as the job's chain has it; times as written in the manifest."""
    fields = [job_id, *(event[name] for name in (*_EVENT, *_EVENT_REST))]
    return hashlib.sha256(prev + canonical(fields)).digest()


@dataclass(frozen=True, slots=True)
class Member:
    """A file as it was found; `content` of manifest and signature only."""

    sha256: str
    size: int
    content: bytes


class Opened:
    """The files of a pack or of a folder, read in pieces, and what is wrong with its outside."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.faults: list[str] = []

    def add(self, name: str, chunks: Iterator[bytes]) -> tuple[int, int]:
        """Reads a file to its end; (its size, its CRC-32)."""
        sha, size, crc, kept = hashlib.sha256(), 0, 0, b""
        for chunk in chunks:
            sha.update(chunk)
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
            if name in KEPT and size <= MOST_KEPT:
                kept += chunk
        if name in self.members:
            self.faults.append(f"包里有两个同名文件：{name}")
        self.members[name] = Member(sha.hexdigest(), size, kept)
        return size, crc

    def read_folder(self, folder: Path) -> None:
        """Everything below a folder."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                with path.open("rb") as file:
                    self.add(path.relative_to(folder).as_posix(), _pieces(file, path.stat().st_size))

    def read_zip(self, file: BinaryIO) -> None:
        """A pack byte by byte: whatever does not follow from its files is a fault."""
        entries, at = [], 0
        head = file.read(30)
        while head[:4] == _LOCAL and len(head) == 30:
            crc, size, _, length = struct.unpack_from("<3IH", head, 14)
            name = file.read(length)
            text = name.decode("utf-8", "replace")
            if head + name != local_header(name, size, crc):
                self.faults.append(f"压缩包第 {at} 字节起的文件头被改动：{text}")
            found, found_crc = self.add(text, _pieces(file, size))
            if found != size:
                self.faults.append(f"压缩包在文件 {text} 处中断，不完整")
            elif found_crc != crc:
                self.faults.append(f"文件 {text} 的内容与压缩包的校验和不符")
            entries.append(Entry(name, size, crc, at))
            at += 30 + length + found
            head = file.read(30)
        if head + file.read(MOST_KEPT) != directory(entries, at):
            self.faults.append(f"压缩包第 {at} 字节起的目录与文件不符，或尾部被改动、截断、添加了内容")


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (chunk := file.read(min(CHUNK, size))):
        yield chunk
        size -= len(chunk)


def read_keys(given: bytes) -> dict[str, bytes]:
    """Public keys by their short names, from the answer of `/evidence-pack-keys` or base64, one a line.

    ValueError with what is wrong.
    """
    text = given.decode("utf-8", "replace").strip()
    if text.startswith("{"):
        lines = [str(key["public_key"]) for key in json.loads(text)["keys"]]
    else:
        lines = text.split()
    keys = [base64.b64decode(line, validate=True) for line in lines]
    if not keys or any(len(key) != 32 for key in keys):
        raise ValueError("公钥应为 32 字节的 base64")
    return {key_id(key): key for key in keys}


def check(pack: Path, keys: Mapping[str, bytes]) -> tuple[dict[str, Any], list[str]]:
    """The manifest, and all that is wrong in Chinese; nothing wrong: the pack is as it was handed out."""
    opened = Opened()
    if pack.is_dir():
        opened.read_folder(pack)
    else:
        with pack.open("rb") as file:
            opened.read_zip(file)
    faults = opened.faults
    found, signature = opened.members.get(MANIFEST), opened.members.get(SIGNATURE)
    if found is None or signature is None:
        return {}, [*faults, f"缺少 {MANIFEST} 或 {SIGNATURE}：这不是证据包，或它们被拿掉了"]
    try:
        manifest = json.loads(found.content)
        faults += _signature_faults(manifest, found.content, signature.content, keys)
        faults += _file_faults(manifest, opened.members)
        faults += _chain_faults(manifest["job"]["id"], manifest["events"], manifest["event_head"])
        faults += _photo_faults(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}, [*faults, f"{MANIFEST} 无法读取：内容被改动"]
    return manifest, faults


def _signature_faults(
    manifest: Mapping[str, Any], content: bytes, signature: bytes, keys: Mapping[str, bytes]
) -> Iterator[str]:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = keys.get(str(manifest.get("key_id")))
    if manifest.get("format") != FORMAT:
        yield f"清单的格式不是 {FORMAT}"
    if key is None:
        yield "清单所称的签名密钥不在所给公钥之中，无法证明来源"
        return
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed(content))
    except InvalidSignature:
        yield f"签名不符：{MANIFEST} 或 {SIGNATURE} 被改动"


def _file_faults(manifest: Mapping[str, Any], members: Mapping[str, Member]) -> Iterator[str]:
    named = {file["name"]: file for file in manifest["files"]}
    for name in sorted(named.keys() - members.keys()):
        yield f"清单里有、包里没有的文件：{name}"
    for name in sorted(members.keys() - named.keys() - KEPT):
        yield f"包里有、清单里没有的文件：{name}"
    for name in sorted(named.keys() & members.keys()):
        if named[name]["sha256"] != members[name].sha256:
            yield f"文件 {name} 的内容被改动（SHA-256 应为 {named[name]['sha256']}，实为 {members[name].sha256}）"


def _chain_faults(job_id: int, events: list[dict[str, Any]], head: str) -> Iterator[str]:
    prev, expected = b"", 1
    for event in events:
        seq = event["seq"]
        if seq != expected:
            yield f"事件链在第 {expected} 个事件处中断"
        if event["prev_hash"] != prev.hex():
            yield f"第 {seq} 个事件没有接在前一个事件之后"
        prev, expected = bytes.fromhex(event["hash"]), seq + 1
        if event_hash(bytes.fromhex(event["prev_hash"]), job_id, event) != prev:
            yield f"第 {seq} 个事件的内容与其哈希不符"
    if prev.hex() != head:
        yield "事件链的末端与清单不符：有事件被拿掉"


def _photo_faults(manifest: Mapping[str, Any]) -> Iterator[str]:
    """A photo said to be the original is the one that came in."""
    named = {file["name"]: file["sha256"] for file in manifest["files"]}
    for photo in manifest["photos"]:
        if photo["variant"] == "original" and named.get(photo["file"]) != photo["sha256"]:
            yield f"照片 {photo['id']} 称为原图，但与收到时的哈希不符"


def main(arguments: list[str] | None = None) -> int:
    """The command line: 0 whole, 1 something is wrong, 2 it could not be checked."""
    asked = argparse.ArgumentParser(prog="verify_pack", description="离线核验证据包（ZIP 或解压后的文件夹）")
    asked.add_argument("pack", type=Path, help="证据包")
    asked.add_argument(
        "--key", type=Path, required=True, help="公钥文件：/evidence-pack-keys 的应答，或 base64"
    )
    given = asked.parse_args(arguments)
    try:
        manifest, faults = check(given.pack, read_keys(given.key.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
        sys.stderr.write(f"无法核验：{error}\n")
        return 2
    if faults:
        sys.stdout.write("".join(f"× {fault}\n" for fault in faults) + "证据包不可信\n")
        return 1
    job, files, events = manifest["job"], manifest["files"], manifest["events"]
    sys.stdout.write(f"工单 {job['id']}，{manifest['kind_name']}，生成于 {manifest['made_at']}\n")
    sys.stdout.write("".join(f"  缺：{missing['text']}\n" for missing in manifest["missing"]))
    sys.stdout.write(f"{len(files)} 个文件、{len(events)} 个事件与签名全部相符，证据包完好\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
