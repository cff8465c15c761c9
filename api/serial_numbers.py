"""Serial numbers: what a product's look like, and where one has been."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import routes
from api.routes import Call, route
from api.schemas.evidence_policies import SerialFormBody
from services import serial_numbers
from services.serial_numbers import SerialFormLine, SerialHistory

area = routes.area("serial_numbers", "序列号")
FORM = "/products/<string(maxlength=60):sku>/serial-form"


@route(
    area,
    "GET",
    "/serial-numbers/<string(maxlength=40):serial>",
    permission="serial_number:read",
    answer=SerialHistory,
    summary="序列号履历",
)
def serial_history(call: Call, serial: str) -> SerialHistory:
    """Every job that names it, oldest first, however it was typed; none for a number nobody has."""
    return serial_numbers.history(call.who, serial)


@route(
    area,
    "GET",
    FORM,
    permission="serial_number:read",
    answer=SerialFormLine,
    errors=(404,),
    summary="商品的序列号格式",
)
def serial_form(_: Call, sku: str) -> SerialFormLine:
    """What `submit` asks of a serial number of this product."""
    return serial_numbers.form_of(sku)


@route(
    area,
    "PUT",
    FORM,
    permission="serial_number:edit",
    body=SerialFormBody,
    answer=SerialFormLine,
    errors=(404,),
    summary="设置商品的序列号格式",
)
def set_serial_form(call: Call, body: Mapping[str, Any], sku: str) -> SerialFormLine:
    """Another form, or none; what was handed in before stays."""
    return serial_numbers.set_form(call.who, sku, body["pattern"], call.now)
