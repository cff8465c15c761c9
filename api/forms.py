"""Multipart bodies as phones send them, read in one piece; whatever looks otherwise goes werkzeug's careful way.

werkzeug looks for the boundary chunk by chunk and makes an object of every header: 1,400 Python calls for a photo with
its nine words, as much as a whole deed. A body of moderate size whose parts have the two plain headers that everybody
sends is split at once. Nothing is read here that werkzeug would read differently: an escaped or foreign name, another
header, a boundary after a bare line feed, too much or too many are all left to it.
"""

from __future__ import annotations

import io
import re
from typing import IO, Any

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser

WHOLE = 2 * 1024 * 1024  # bytes of a body held in memory; sixteen threads of a worker may do so at once
_PLAIN_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=?-]{1,70}")
_HEAD = re.compile(
    rb'Content-Disposition: form-data; name="([\w.-]{1,100})"'
    rb'(?:; filename="([\w. -]{1,200})"(?:\r\nContent-Type: ([\w.+-]{1,60}/[\w.+-]{1,60}))?)?',
    re.IGNORECASE,
)
Parsed = tuple[IO[bytes], MultiDict[str, Any], MultiDict[str, Any]]
Pairs = tuple[list[tuple[str, str]], list[tuple[str, FileStorage]]]


class Forms(FormDataParser):
    """Reads a request's form: (the stream, fields, files)."""

    def _parse_multipart(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Parsed:
        boundary = options.get("boundary", "")
        if content_length is not None and content_length <= WHOLE and _PLAIN_BOUNDARY.fullmatch(boundary):
            body = stream.read()
            found = self._plain(body, b"--" + boundary.encode())
            if found is not None:
                return stream, self.cls(found[0]), self.cls(found[1])
            stream = io.BytesIO(body)
        return super()._parse_multipart(stream, mimetype, content_length, options)

    def _plain(self, body: bytes, boundary: bytes) -> Pairs | None:
        """Fields and files in order, or None for a body that is not as plain as that."""
        if not body.startswith(boundary):
            return None
        pieces = body.split(b"\r\n" + boundary)
        if body.count(boundary) != len(pieces) or pieces.pop() not in (b"--", b"--\r\n"):
            return None
        if not 0 < len(pieces) <= (self.max_form_parts or 0):
            return None
        pieces[0] = pieces[0].removeprefix(boundary)
        fields: list[tuple[str, str]] = []
        files: list[tuple[str, FileStorage]] = []
        room = self.max_form_memory_size or 0
        for piece in pieces:
            head, end, content = piece.partition(b"\r\n\r\n")
            found = _HEAD.fullmatch(head, 2)
            if not end or found is None or head[:2] != b"\r\n":
                return None
            name = found[1].decode()
            if found[2] is not None:
                media = found[3].decode() if found[3] else None
                files.append((name, FileStorage(io.BytesIO(content), found[2].decode(), name, media)))
                continue
            room -= len(content)
            if room < 0:
                return None
            try:
                fields.append((name, content.decode()))
            except UnicodeDecodeError:
                return None
        return fields, files
