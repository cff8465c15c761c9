"""How a process connects: a small pool, the same for web workers and the runner.

The pool pings what it gives out, which it is seldom asked for: connections in use rest with `services/at_hand.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson


def options(pool_size: int = 16, max_overflow: int = 8) -> Mapping[str, Any]:
    """Keyword arguments of `create_engine`. Parameters never appear in error texts or logs.

    As many are kept as a web worker has threads: one beyond would be opened and closed for a single request, which
    costs ten of them.
    """
    return {
        "pool_size": pool_size,
        "max_overflow": max_overflow,
        "pool_timeout": 10,
        "pool_recycle": 1800,
        "pool_pre_ping": True,
        "pool_use_lifo": True,  # the connection used a moment ago is the one that is certainly alive
        "hide_parameters": True,
        "json_serializer": _dumps,
        "json_deserializer": orjson.loads,
        "connect_args": {
            "prepare_threshold": None,  # `services/lines.py` prepares; psycopg would deallocate that on a rollback
            "connect_timeout": 5,
            "application_name": "tuozhuang",
            "options": "-c TimeZone=UTC -c lock_timeout=15s -c idle_in_transaction_session_timeout=60s",
        },
    }


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()
