"""The demo brand's account at WeChat Pay: keys made once, half of them for the product, half for the stand-in.

WeChat's private key lies beside ours only because the stand-in is WeChat here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from demo.caller import Json

BALANCE_FEN = 100_000_000
NUMBER, SERIAL, KEY_ID = (
    "1900006666",
    "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
    "PUB_KEY_ID_0119000066662026",
)


def prepare(folder: Path, stand_in: str) -> dict[str, str]:
    """The keys in `folder` (0600), made where they are missing, and what the product's programs are told."""
    folder.mkdir(parents=True, exist_ok=True)
    _pair(folder, "merchant")
    _pair(folder, "wechat")
    return {
        "WECHAT_MCH_ID": NUMBER,
        "WECHAT_MCH_SERIAL": SERIAL,
        "WECHAT_MCH_KEY": str(folder / "merchant.pem"),
        "WECHAT_MCH_PUBLIC_KEY": str(folder / "wechat.pub.pem"),
        "WECHAT_MCH_PUBLIC_KEY_ID": KEY_ID,
        "WECHAT_MCH_API_BASE": stand_in,
    }


def account(environ: Mapping[str, str]) -> Json:
    """The merchant as the stand-in is told of it, by what `prepare` told the programs."""
    ours, theirs = Path(environ["WECHAT_MCH_KEY"]), Path(environ["WECHAT_MCH_PUBLIC_KEY"])
    return {
        "mchid": environ["WECHAT_MCH_ID"],
        "appid": environ["WECHAT_APP_ID"],
        "serial": environ["WECHAT_MCH_SERIAL"],
        "public_key": public(ours.read_bytes()),
        "platform_key": theirs.with_name("wechat.pem").read_text(),
        "platform_key_id": environ["WECHAT_MCH_PUBLIC_KEY_ID"],
        "apiv3_key": environ["WECHAT_MCH_API_KEY"],
        "balance_fen": BALANCE_FEN,
    }


def _pair(folder: Path, name: str) -> None:
    """`name.pem` and, after it, `name.pub.pem`: whoever finds the second has both."""
    if (folder / f"{name}.pub.pem").exists():
        return
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for file, data in ((f"{name}.pem", private), (f"{name}.pub.pem", public(private).encode())):
        (folder / file).unlink(missing_ok=True)
        with os.fdopen(os.open(folder / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)


def public(private: bytes) -> str:
    """The public half of a private key, both as PEM."""
    key = load_pem_private_key(private, None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
