"""What the demo's programs are told by environment. Secrets are made once and kept in var/demo.env (0600).

Losing PERSONAL_KEY means losing the personal data encrypted under it, so a value once written is never
replaced; a setting that is new since the last run is added.
"""

from __future__ import annotations

import base64
import os
import secrets
import string
from collections.abc import Callable, Mapping
from pathlib import Path

from demo import merchant, people

LETTERS = string.ascii_letters + string.digits
CANONICAL_LAST = "AEIMQUYcgkosw048"  # the 43rd of 43 base64 characters carries four bits


def key() -> str:
    """32 random bytes as base64, 44 characters."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def word(length: int) -> str:
    """Random letters and digits."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def push_aes_key() -> str:
    """WeChat's EncodingAESKey: 43 letters and digits that, with "=" after them, are base64 of 32 bytes."""
    return word(42) + secrets.choice(CANONICAL_LAST)


SECRETS: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": key,
    "PERSONAL_KEY": key,
    "LOOKUP_KEY": key,
    "PACK_KEY": key,
    "WECHAT_APP_ID": lambda: f"wx{secrets.token_hex(8)}",
    "WECHAT_APP_SECRET": lambda: secrets.token_hex(16),
    "WECHAT_PUSH_TOKEN": lambda: word(32),
    "WECHAT_PUSH_AES_KEY": push_aes_key,
    "WECHAT_MCH_API_KEY": lambda: word(32),
    "SIM_KEY": lambda: secrets.token_hex(16),
}


def kept_secrets(file: Path) -> dict[str, str]:
    """The secrets in `file`, made and written (0600) where they are missing."""
    found = _read(file)
    complete = {name: found.get(name) or make() for name, make in SECRETS.items()}
    if complete != found:
        _write(file, {**found, **complete})
    return complete


def environment(
    var: Path, database_url: str, host: str, port: int, stand_in_port: int, given: Mapping[str, str]
) -> dict[str, str]:
    """Everything a program gets: `given` (our own environment), the secrets, and where things are."""
    seen_at = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - a comparison, nothing is bound here
    public, stand_in = f"http://{seen_at}:{port}", f"http://127.0.0.1:{stand_in_port}"
    people.prepare(var / "people.json")
    inherited = {name: value for name, value in given.items() if not name.startswith("PG")}
    return {
        **inherited,
        **kept_secrets(var / "demo.env"),
        "MODE": "demo",
        "DATABASE_URL": database_url,
        "HOST": host,
        "PORT": str(port),
        "PUBLIC_URL": given.get("PUBLIC_URL") or public,
        "WECHAT_API_BASE": stand_in,
        **merchant.prepare(var / "merchant", stand_in),
        "STANDIN_URL": stand_in,
        "STANDIN_SETUP": str(var / "people.json"),
        "PHOTO_ROOT": str(var / "photos"),
        "SMS_LOG": str(var / "log" / "sms.log"),
        "CLOCK_FILE": str(var / "clock"),
        "AUDIT_SECOND_BP": "0",  # the demo has one auditor
        "PROMETHEUS_MULTIPROC_DIR": str(var / "metrics"),
        "NO_PROXY": ",".join(filter(None, [given.get("NO_PROXY"), "127.0.0.1,localhost", seen_at])),
        "PYTHONUNBUFFERED": "1",
    }


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    pairs = (line.partition("=") for line in file.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _write(file: Path, values: Mapping[str, str]) -> None:
    """Beside and renamed, so that a crash leaves the old file or the new one."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"{name}={value}\n" for name, value in values.items())
    fresh.replace(file)
