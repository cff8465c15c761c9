"""What payments must be told. Refuses at construction plain HTTP beyond loopback and keys that are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wechat.settings import check_base

REAL_BASE = "https://api.mch.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class PaySettings:
    """One merchant's account in public-key mode: PEM keys, `api_key` (APIv3) of 32 characters.

    `notify_url` gets WeChat's notifications and has no query. `scene_id` is the transfer scene granted to the merchant,
    `post` and `task` what it reports for it (岗位类型, 报酬说明). Raises ValueError; its text never repeats a secret.
    """

    app_id: str
    mch_id: str
    serial: str
    public_key_id: str
    private_key: str = field(repr=False)
    public_key: str = field(repr=False)
    api_key: str = field(repr=False)
    notify_url: str
    api_base: str = REAL_BASE
    timeouts: tuple[float, float] = (3.05, 10.0)
    scene_id: str = "1005"
    post: str = "安装服务商"
    task: str = "安装服务费"
    allow_http: bool = False

    def __post_init__(self) -> None:
        if not all((self.app_id, self.mch_id, self.serial, self.public_key_id)):
            raise ValueError("app_id, mch_id, serial and public_key_id must not be empty")
        check_base(self.api_base, self.allow_http)
        told = urlsplit(self.notify_url)
        if told.query or (told.scheme != "https" and not self.allow_http):
            raise ValueError("notify_url must be https:// without a query")
        if len(self.api_key.encode()) != 32:
            raise ValueError("api_key must be the 32 characters of the APIv3 key")
        if "PRIVATE KEY" not in self.private_key or "PUBLIC KEY" not in self.public_key:
            raise ValueError("private_key and public_key must be PEM")
