"""Whether this process lives (`/healthz`) and whether it can serve (`/readyz`): database there and migrated."""

from __future__ import annotations

from dataclasses import dataclass

from api import routes
from api.routes import Call
from domain.errors import Unavailable
from services.queries import readiness

area = routes.area("health", "健康检查", prefix="")


@dataclass(frozen=True, slots=True)
class Health:
    """`ok` and nothing about the inside."""

    status: str


@routes.route(area, "GET", "/healthz", permission="health:read", answer=Health, summary="进程是否存活")
def healthz(_: Call) -> Health:
    """Answers as long as the process does; asks nobody."""
    return Health("ok")


@routes.route(area, "GET", "/readyz", permission="health:read", answer=Health, summary="是否可以接收请求")
def readyz(_: Call) -> Health:
    """503 while the database is away or not at the migration this code needs."""
    if not readiness.migrated():
        raise Unavailable("数据库尚未迁移到当前版本")
    return Health("ok")
