"""Counts and durations per route for Prometheus; across worker processes when PROMETHEUS_MULTIPROC_DIR is set.

`/metrics` tells loopback only, and not when something forwarded the request: a scraper runs beside us.
"""

from __future__ import annotations

import ipaddress
import os
import time
from functools import lru_cache

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

from api import routes
from api.routes import Call
from domain.errors import NotFound

REQUESTS = Counter("tuozhuang_requests_total", "Requests answered", ("method", "route", "status"))
SECONDS = Histogram(
    "tuozhuang_request_seconds",
    "Time to answer",
    ("route",),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")

counted = lru_cache(4096)(REQUESTS.labels)
timed = lru_cache(1024)(SECONDS.labels)

area = routes.area("metrics", "监控指标", prefix="")


@routes.route(
    area,
    "GET",
    "/metrics",
    permission="metrics:read",
    errors=(404,),
    summary="Prometheus 指标",
    media="text/plain",
)
def read(call: Call) -> Response:
    """Loopback only; to everybody else this address does not exist."""
    if not _beside_us(call.address):
        raise NotFound
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _beside_us(address: str) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def install(app: Flask) -> None:
    """Count every answer, refusals included."""

    @app.after_request
    def count(response: Response) -> Response:
        trace = g.trace
        rule, method = trace.request.url_rule, trace.request.method
        route = rule.rule if rule else "none"
        counted(method if method in METHODS else "other", route, str(response.status_code)).inc()
        timed(route).observe(time.perf_counter() - trace.started)
        return response
