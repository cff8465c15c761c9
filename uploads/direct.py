"""Photos sent by the phone straight to an S3-compatible store: a form of ours, then a look at what came.

The form is signed for one name below `incoming/`, one type, one size and a few minutes. What lies there is nobody's
evidence until it has been read, decoded and hashed like any other upload.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from uploads.s3 import INCOMING, S3Store

_PURPOSE = b"photo-incoming/1"


@dataclass(frozen=True, slots=True)
class PostForm:
    """Send a multipart form to `url`: these fields in this order, the file last, in a field called `file`."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


def incoming(secret: bytes, *whose: object) -> str:
    """The name, below the store's prefix, for whoever this is: nobody can guess or ask for another's."""
    key = hmac.digest(secret, _PURPOSE, hashlib.sha256)
    said = "|".join(f"{len(str(part))}:{part}" for part in whose)
    return f"{INCOMING}{hmac.digest(key, said.encode(), hashlib.sha256).hex()}"


def form(store: S3Store, name: str, content_type: str, size_bytes: int, until: datetime) -> PostForm:
    """For exactly these bytes' number and type; nothing is asked of the store."""
    from minio.datatypes import PostPolicy

    full = store.place.prefix + name
    policy = PostPolicy(store.place.bucket, until)
    policy.add_equals_condition("key", full)
    policy.add_equals_condition("Content-Type", content_type)
    policy.add_content_length_range_condition(size_bytes, size_bytes)
    signed = store.client().presigned_post_policy(policy)
    address = store.client().get_presigned_url("PUT", store.place.bucket, full).partition("?")[0]
    fields = {"key": full, "Content-Type": content_type, **signed}
    return PostForm(address.removesuffix(quote(full)), fields, until)
