"""What AWS does with a posted form, in front of the S3 server of the tests, which takes no forms.

Not a real server's judgement: the signature is computed here from the published description of version 4, and every
condition of the policy is held against what came. The object then goes to the real server.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
from datetime import UTC, datetime
from typing import Any

from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request, Response

from uploads.s3 import S3Store

FREE = {"policy", "x-amz-signature"}


def post(store: S3Store, fields: dict[str, str], data: bytes, now: datetime | None = None) -> int:
    """The status AWS would answer at that time; 204 when the object lies in the store."""

    def answer(environ: Any, start: Any) -> Any:
        return Response(status=_judge(store, Request(environ), now or datetime.now(UTC)))(environ, start)

    given = EnvironBuilder(method="POST", data={**fields, "file": (io.BytesIO(data), "a.jpg")})
    return Client(answer).open(given).status_code


def _judge(store: S3Store, request: Request, now: datetime) -> int:
    form, data = request.form.to_dict(), request.files["file"].read()
    if not hmac.compare_digest(_signature(store, form), form.get("x-amz-signature", "")):
        return 403
    policy = json.loads(base64.b64decode(form["policy"]))
    if now > datetime.fromisoformat(policy["expiration"]):
        return 403
    asked, size = {"$bucket": store.place.bucket}, None
    for kind, name, value in policy["conditions"]:
        if kind == "content-length-range":
            size = (int(name), int(value))
        else:
            asked[name] = value
    sent = {f"${name}": value for name, value in form.items() if name not in FREE}
    if {**sent, "$bucket": store.place.bucket} != asked:
        return 403
    if size is None or not size[0] <= len(data) <= size[1]:
        return 400
    url = store.client().get_presigned_url("PUT", store.place.bucket, form["key"])
    _, http = store._both()
    return 204 if http.request("PUT", url, body=data).status == 200 else 500


def _signature(store: S3Store, form: dict[str, str]) -> str:
    day = form.get("x-amz-credential", "////").split("/")[1]
    key = f"AWS4{store.place.secret}".encode()
    for part in (day, store.place.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return hmac.digest(key, form.get("policy", "").encode(), hashlib.sha256).hex()
