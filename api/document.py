"""Prints the OpenAPI document, without a database, a server or any setting: `python -m api.document`.

The console's types and its table of who may call what are made from it (`make web`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import orjson

from api.app import create_app
from api.docs import document
from services.config import Config


def main() -> None:
    nowhere = Path("/nonexistent")
    config = Config(
        mode="test",
        database_url="postgresql+psycopg://127.0.0.1:1/none",
        secret_key=bytes(32),
        personal_key=bytes(32),
        lookup_key=bytes(32),
        public_url="http://127.0.0.1",
        photo_root=nowhere,
        sms_log=nowhere,
        wechat_app_id="none",
        wechat_app_secret="none",
        wechat_api_base="http://127.0.0.1:1/",
        wechat_push_token="none",
        wechat_push_aes_key="A" * 43,
    )
    sys.stdout.buffer.write(orjson.dumps(document(create_app(config)), option=orjson.OPT_NON_STR_KEYS))


if __name__ == "__main__":
    main()
