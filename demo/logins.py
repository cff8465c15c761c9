"""Who may sign in to the console of the demo: `logins.txt` (0600), read again by every later run."""

from __future__ import annotations

import os
import secrets
import string
from collections.abc import Mapping
from pathlib import Path

FILE = "logins.txt"
TITLES = {
    "admin": "管理员", "agent": "客服", "auditor": "稽核", "finance": "财务", "finance2": "财务复核",
    "owner": "网点负责人",
}  # fmt: skip
_HEAD = "  控制台登录 / console logins (POST /api/v1/sessions/password):"
_LETTERS = string.ascii_letters + string.digits


def password() -> str:
    """Sixteen random letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


def read(var: Path) -> dict[str, str]:
    """login → password; nothing when the file isn't there."""
    file = var / FILE
    if not file.exists():
        return {}
    cells = [line.split() for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    return {cell[0]: cell[1] for cell in cells if len(cell) >= 2}


def write(var: Path, logins: Mapping[str, str]) -> None:
    """Beside and renamed; only its owner reads it."""
    fresh = var / f"{FILE}.new"
    fresh.unlink(missing_ok=True)
    lines = [f"    {login:<10} {word}   {TITLES.get(login, '')}" for login, word in logins.items()]
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write("\n".join([_HEAD, *lines]) + "\n")
    fresh.replace(var / FILE)
