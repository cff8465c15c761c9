"""Photos in an S3-compatible store: by what they are, each object put whole or not at all.

The client library signs, lists and makes forms; bytes go over connections of our own, from disk to socket in
pieces, since the library would hold a whole photo per thread. It is loaded by the first use, 19 MB of a process.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from domain.errors import NotFound, Unavailable
from uploads import scratch
from uploads.store import Shown, Stored, is_key

if TYPE_CHECKING:
    from minio import Minio
    from urllib3 import BaseHTTPResponse, PoolManager

CONNECT_S, READ_S = 5.0, 30.0
INCOMING = "incoming/"  # below the prefix: what phones sent straight here and nobody has looked at
_TRIES, _PIECE_BYTES = 3, 256 * 1024
_SIGNED_FOR = timedelta(minutes=5)
_AWAY = "照片存储暂时不可用，请稍后重试"


@dataclass(frozen=True, slots=True)
class Place:
    """Where and as whom: `endpoint` https://host[:port]; `prefix` ends in "/" or is empty. The secret never shows."""

    endpoint: str
    bucket: str
    prefix: str
    region: str
    key: str
    secret: str = field(repr=False)

    @classmethod
    def at(cls, address: str, *, endpoint: str, region: str, key: str, secret: str) -> Place:
        """From `s3://bucket/prefix`; ValueError for anything else, and for an endpoint that is no bare address."""
        parts, host = urlsplit(address), urlsplit(endpoint)
        if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
            raise ValueError("a store is s3://bucket/prefix")
        if host.scheme not in ("http", "https") or not host.netloc or host.path.strip("/") or host.username:
            raise ValueError("an endpoint is https://host or https://host:port")
        prefix = parts.path.strip("/")
        return cls(endpoint.rstrip("/"), parts.netloc, f"{prefix}/" if prefix else "", region, key, secret)


class S3Store:
    """A `Store` (see there) in one bucket below one prefix. Every failure but "not there" is Unavailable: 503.

    An object is whole or absent: a single PUT, refused by the store unless its MD5 is what was read from disk.
    """

    def __init__(self, place: Place, folder: Path) -> None:
        """Nothing is asked yet. `folder` is a local one for files on their way in."""
        self.place = place
        self._scratch = folder.absolute()
        self._scratch.mkdir(parents=True, exist_ok=True, mode=0o750)
        self._tools: tuple[Minio, PoolManager] | None = None
        self._making = Lock()

    def scratch(self) -> Path:
        """See `Store`."""
        return self._scratch

    def put(self, source: Path | BinaryIO, key: str) -> None:
        """See `Store`. What is there already is put again, which makes it young for the collector."""
        name, part = self._name(key), scratch.into(self._scratch, source)
        try:
            self._send(part, name, "image/jpeg" if key.endswith(".jpg") else "application/octet-stream")
        finally:
            part.unlink(missing_ok=True)

    def take_over(self, parts: Sequence[tuple[Path, str]]) -> None:
        """See `Store`; one request for each."""
        for source, key in parts:
            self.put(source, key)

    def open(self, key: str) -> BinaryIO:
        """See `Store`; fetched whole into an unnamed local file first, so that it can be sought in."""
        if not is_key(key):
            raise NotFound
        return self.fetch(key)

    def exists(self, key: str) -> bool:
        """See `Store`."""
        return is_key(key) and self._ask("HEAD", self._name(key), missing=True)

    def delete(self, key: str) -> None:
        """See `Store`. In a bucket that keeps versions this is not erasure: switch that off, or let them expire."""
        self._ask("DELETE", self._name(key), missing=True)

    def iterate(self) -> Iterator[Stored]:
        """See `Store`; a request for each thousand."""
        prefix = self.place.prefix
        for name, size_bytes, touched_at in self._listing(prefix):
            key = name[len(prefix) :]
            if is_key(key):
                yield Stored(key, size_bytes, touched_at)

    def link(self, key: str, shown: Shown) -> str | None:
        """See `Store`; answered by the store with our type and name, whatever it thinks of the object."""
        kind = "inline" if shown.inline else "attachment"
        asked = {
            "response-content-type": shown.content_type,
            "response-content-disposition": f'{kind}; filename="{shown.name}"',
            "response-cache-control": f"private, max-age={int(shown.lives.total_seconds())}, immutable",
        }
        return self._signed("GET", self._name(key), shown.lives, asked)

    def sweep_scratch(self, before: datetime) -> int:
        """See `Store`: local files, uploads in parts that nobody finished, direct ones that nobody told us of."""
        swept = scratch.sweep(self._scratch, before) + self._abort_unfinished(before)
        for name, _, touched_at in self._listing(self.place.prefix + INCOMING):
            if touched_at < before:
                self._ask("DELETE", name, missing=True)
                swept += 1
        return swept

    # what lies beside the objects is named by what follows the prefix

    def fetch(self, name: str, most: int = 1 << 40) -> BinaryIO:
        """The first `most` bytes of this name in an unnamed local file, at its beginning; NotFound."""
        file = tempfile.TemporaryFile(dir=self._scratch)  # noqa: SIM115 - it is the caller's
        try:
            self._ask("GET", self.place.prefix + name, into=file, most=most)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def remove(self, name: str) -> None:
        """Nothing happens when it is not there."""
        self._ask("DELETE", self.place.prefix + name, missing=True)

    def _listing(self, prefix: str) -> Iterator[tuple[str, int, datetime]]:
        try:
            for found in self.client().list_objects(self.place.bucket, prefix=prefix, recursive=True):
                if found.object_name and found.last_modified:
                    yield found.object_name, found.size or 0, found.last_modified
        except _failures() as error:
            raise Unavailable(_AWAY) from error

    def _name(self, key: str) -> str:
        if not is_key(key):
            raise ValueError("not a key")
        return self.place.prefix + key

    def _send(self, part: Path, name: str, content_type: str) -> None:
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
            size = file.tell()
            file.seek(0)
            headers = {
                "Content-MD5": base64.b64encode(digest.digest()).decode(),
                "Content-Type": content_type,
                "Content-Length": str(size),
            }
            self._ask("PUT", name, body=file, headers=headers)

    def _ask(
        self, method: str, name: str, *, missing: bool = False, into: Any = None, most: int = 0, **sent: Any
    ) -> bool:
        """Whether it is there; with `missing` a 404 is an answer, else NotFound."""
        _, http = self._both()
        url = self._signed(method, name, _SIGNED_FOR)
        try:
            answer = http.request(method, url, preload_content=False, redirect=False, **sent)
            try:
                return _read(answer, missing, into, most)
            finally:
                if into is None:
                    answer.drain_conn()
                answer.close()  # with a rest unread the connection goes; else it is back in the pool already
        except _failures() as error:
            raise Unavailable(_AWAY) from error

    def _signed(self, method: str, name: str, lives: timedelta, asked: dict[str, Any] | None = None) -> str:
        return self.client().get_presigned_url(
            method, self.place.bucket, name, expires=lives, extra_query_params=asked
        )

    def _abort_unfinished(self, before: datetime) -> int:
        client, aborted = self.client(), 0
        try:
            for name, upload_id, begun in _unfinished(client, self.place):
                if begun < before:
                    client._abort_multipart_upload(self.place.bucket, name, upload_id)
                    aborted += 1
        except _failures() as error:
            if "NoSuchUpload" not in str(error):  # there is none, or it ended meanwhile
                raise Unavailable(_AWAY) from error
        return aborted

    def client(self) -> Minio:
        """What signs and lists; it may be used by all threads."""
        return self._both()[0]

    def _both(self) -> tuple[Minio, PoolManager]:
        """Made by the first thread that asks, after gunicorn's fork."""
        with self._making:
            if self._tools is None:
                self._tools = _tools(self.place)
            return self._tools


def _tools(place: Place) -> tuple[Minio, PoolManager]:
    import certifi
    from minio import Minio
    from urllib3 import PoolManager, Retry, Timeout

    http = PoolManager(
        timeout=Timeout(connect=CONNECT_S, read=READ_S),
        maxsize=16,
        cert_reqs="CERT_REQUIRED",
        ca_certs=certifi.where(),
        retries=Retry(_TRIES, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504], redirect=0),
    )
    host = urlsplit(place.endpoint)
    client = Minio(
        host.netloc,
        access_key=place.key,
        secret_key=place.secret,
        secure=host.scheme == "https",
        region=place.region,
        http_client=http,
    )
    return client, http


def _unfinished(client: Minio, place: Place) -> list[tuple[str, str, datetime]]:
    """Name, upload and beginning of at most a thousand. Read here: the library wants a namespace that some omit."""
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    answer = client._execute("GET", place.bucket, query_params={"uploads": "", "prefix": place.prefix})
    found = []
    for upload in fromstring(answer.data).findall("{*}Upload"):
        name, upload_id, begun = (upload.findtext(f"{{*}}{tag}") for tag in ("Key", "UploadId", "Initiated"))
        found.append((name, upload_id, datetime.fromisoformat(begun)))
    return found


def _failures() -> tuple[type[Exception], ...]:
    from minio.error import MinioException
    from urllib3.exceptions import HTTPError

    return (MinioException, HTTPError)


def _read(answer: BaseHTTPResponse, missing: bool, into: Any, most: int) -> bool:
    if answer.status == 404:
        if missing:
            return False
        raise NotFound
    if not 200 <= answer.status < 300:
        raise Unavailable(_AWAY)
    while into is not None and most > 0 and (piece := answer.read(min(_PIECE_BYTES, most))):
        into.write(piece)
        most -= len(piece)
    return True
