"""Lines of a text file of unknown encoding, read piece by piece in constant memory.

The encoding is decided on the first line that is not plain ASCII (a header of ours always is none): UTF-8 if it is
valid, else GB18030. Bytes that are broken further on become lone surrogates, so that only their row is refused.
"""

from __future__ import annotations

import codecs
import io
from collections import deque
from collections.abc import Iterable
from typing import BinaryIO

from channels.refusals import FileTooLarge, FileUnreadable

PIECE = 64 * 1024
MAX_LINE = 100_000
MAX_BYTES = 512 * 1024 * 1024


class Overlong(str):
    """The beginning of a line longer than `MAX_LINE`; the rest was skipped."""

    __slots__ = ()


def read_up_to(stream: BinaryIO, size: int) -> bytes:
    """`size` bytes, fewer only at the end: a socket may hand over less at a time."""
    pieces = []
    while size > 0 and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _is(encoding: str, line: bytes, *, complete: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(line, final=complete)
    except UnicodeDecodeError:
        return False
    return True


def encoding_of(head: bytes) -> str:
    """`utf-8` or `gb18030`, from the first 64 KB. Raises `FileUnreadable` for UTF-16 and what is no text."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or head[:400].count(0) > 40:
        raise FileUnreadable("文件是 UTF-16 或二进制格式，请另存为“CSV UTF-8”或 .xlsx")
    lines = head.removeprefix(codecs.BOM_UTF8).split(b"\n")
    for index, line in enumerate(lines):
        if line.isascii():
            continue
        complete = index < len(lines) - 1 or len(head) < PIECE
        for encoding in ("utf-8", "gb18030"):
            if _is(encoding, line, complete=complete):
                return encoding
        raise FileUnreadable("文字编码无法识别，请另存为“CSV UTF-8”")
    return "utf-8"


class Lines:
    """`pop()` gives the next line without its end, None at the end; `push(lines)` puts lines back in front."""

    def __init__(self, stream: BinaryIO, head: bytes = b"") -> None:
        self._stream = stream
        self._bytes = head + read_up_to(stream, PIECE - len(head))
        decoder = codecs.getincrementaldecoder(encoding_of(self._bytes))(errors="surrogateescape")
        self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        self._bytes = self._bytes.removeprefix(codecs.BOM_UTF8)
        self._seen = 0
        self._ready: deque[str] = deque()
        self._rest: str | None = ""
        self._skipping = False

    def push(self, lines: Iterable[str]) -> None:
        """Put lines back, the first of them to come next."""
        self._ready.extendleft(reversed(list(lines)))

    def pop(self) -> str | None:
        """The next line, `Overlong` if it was cut, None at the end. Raises `FileTooLarge`."""
        while not self._ready and self._rest is not None:
            self._fill()
        return self._ready.popleft() if self._ready else None

    def _fill(self) -> None:
        piece, self._bytes = self._bytes or self._stream.read(PIECE), b""
        self._seen += len(piece)
        if self._seen > MAX_BYTES:
            raise FileTooLarge(f"文件超过 {MAX_BYTES // 1024 // 1024} MB")
        *lines, rest = ((self._rest or "") + self._decoder.decode(piece, final=not piece)).split("\n")
        for line in lines:
            self._add(line)
        self._rest = rest
        if len(rest) > MAX_LINE:
            self._add(rest)
            self._rest, self._skipping = "", True
        if not piece:
            if rest and self._rest:
                self._add(rest)
            self._rest = None

    def _add(self, line: str) -> None:
        if self._skipping:
            self._skipping = False
        else:
            self._ready.append(Overlong(line[:200]) if len(line) > MAX_LINE else line)
