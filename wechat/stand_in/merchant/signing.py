"""RSA over requests, replies and notifications, and AES-GCM inside the latter, as WeChat Pay v3 does it."""

from __future__ import annotations

import base64
import json
import re
import secrets
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from wechat.stand_in.merchant.book import Merchant, PayError

SCHEME = "WECHATPAY2-SHA256-RSA2048"
WINDOW_S = 300
_FIELD = re.compile(r'(\w+)="([^"]*)"')


def verify(merchant: Merchant, authorization: str, method: str, target: str, body: bytes, now: float) -> None:
    """401 SIGN_ERROR unless this merchant signed this request within five minutes."""
    scheme, _, rest = authorization.partition(" ")
    said = dict(_FIELD.findall(rest))
    if scheme != SCHEME or said.get("mchid") != merchant.mchid or said.get("serial_no") != merchant.serial:
        raise PayError(401, "SIGN_ERROR", "商户号或证书序列号有误")
    if abs(now - float(said.get("timestamp") or 0)) > WINDOW_S:
        raise PayError(401, "SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
    text = f"{method}\n{target}\n{said['timestamp']}\n{said.get('nonce_str', '')}\n".encode() + body + b"\n"
    key = load_pem_public_key(merchant.public_key.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        key.verify(base64.b64decode(said.get("signature", "")), text, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        raise PayError(401, "SIGN_ERROR", "签名错误") from None


@lru_cache(maxsize=8)  # reading a key takes longer than signing with it
def _private(pem: str) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def headers(merchant: Merchant, body: bytes, now: float) -> dict[str, str]:
    """The five headers by which the merchant knows that it was WeChat."""
    stamp, nonce = str(int(now)), secrets.token_hex(16)
    text = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
    signature = _private(merchant.platform_key).sign(text, padding.PKCS1v15(), SHA256())
    return {
        "Wechatpay-Serial": merchant.platform_key_id,
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Signature-Type": SCHEME,
    }


def opened(merchant: Merchant, sealed: str) -> str:
    """A name encrypted for WeChat; 400 PARAM_ERROR when it was not."""
    oaep = padding.OAEP(padding.MGF1(SHA1()), SHA1(), None)  # noqa: S303  WeChat's choice
    try:
        return _private(merchant.platform_key).decrypt(base64.b64decode(sealed), oaep).decode()
    except ValueError:
        raise PayError(400, "PARAM_ERROR", "敏感信息解密失败") from None


def sealed(merchant: Merchant, original_type: str, value: dict[str, Any]) -> dict[str, str]:
    """A notification's resource."""
    nonce = secrets.token_hex(6)
    text = AESGCM(merchant.apiv3_key.encode()).encrypt(nonce.encode(), json.dumps(value).encode(), b"note")
    return {
        "original_type": original_type,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(text).decode(),
        "associated_data": "note",
        "nonce": nonce,
    }
