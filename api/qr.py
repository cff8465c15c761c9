"""The code that leads a customer to the job."""

from __future__ import annotations

from flask import current_app

from api import routes
from api.routes import Call
from services import job_codes
from services.job_codes import JobCode

area = routes.area("qr", "小程序码")


@routes.route(
    area,
    "GET",
    "/jobs/<id:job_id>/qr",
    permission="job:qr",
    answer=JobCode,
    errors=(404, 409, 422),
    summary="客户扫码认领工单的小程序码",
)
def job_code(call: Call, job_id: int) -> JobCode:
    """A picture to print or show. Its `scene` is a customer's link: `POST /sessions/link {token: scene}`."""
    return job_codes.code(current_app.extensions["wechat"], call.who, job_id, call.now)
