"""The phone application in a browser, at `/app/`: the page and the files that `make phone` made."""

from __future__ import annotations

from flask import Response

from api.built import ROOT, WORKER, Built, hand_out
from api.routes import Call, route
from domain.errors import NotFound


class NotBuilt(NotFound):
    """The API, and the customer's page at /m, work without it."""

    code = "phone_not_built"
    title = "手机端尚未生成，请运行 make phone（接口不受影响）"


FETCHES = "default-src 'none'; connect-src 'self'"  # a worker is bound by the policy it came with
NEEDS = "font-src 'self' data:; worker-src 'self'; "  # icons within the style sheet; the offline shell
built = Built(ROOT / "miniprogram" / "dist" / "h5", NotBuilt, more=NEEDS)
area = hand_out("phone", "手机端", "/app", built)


@route(
    area,
    "GET",
    f"/{WORKER}",
    permission="docs:read",
    media="text/javascript",
    summary="手机端的离线外壳",
    errors=(404,),
)
def worker(_: Call) -> Response:
    """What lets the page open without a network. Asked for anew each time: it names the build's files."""
    response = built.file(WORKER, kept="no-cache")
    response.headers["Content-Security-Policy"] = FETCHES
    return response
