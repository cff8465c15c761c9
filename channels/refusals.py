"""Why a whole file is refused. Single rows are never refused this way: they come back as `Bad`."""

from __future__ import annotations

from domain.errors import Invalid, TooLarge


class FileUnreadable(Invalid):
    """Not a table we can read: another kind of file, a broken one, an unknown encoding."""

    code = "file_unreadable"
    title = "文件无法读取"


class HeaderUnknown(Invalid):
    """The first row is no header of any format we know."""

    code = "header_unknown"
    title = "无法识别表头"


class ColumnsMissing(Invalid):
    """The format is clear, but columns it cannot do without are absent; `errors` names each."""

    code = "columns_missing"
    title = "缺少必需的列"


class FileTooLarge(TooLarge):
    """More rows, columns or bytes than we take; split the file."""

    code = "file_too_large"
    title = "文件太大，请拆分后再导入"


class Blanks:
    """Counts the blank rows of one file; `FileTooLarge` beyond 100,000: they cost time and bring nothing."""

    MOST = 100_000

    def __init__(self) -> None:
        self._seen = 0

    def another(self) -> None:
        """One more."""
        self._seen += 1
        if self._seen > self.MOST:
            raise FileTooLarge("文件中有太多空行，请删除空行后再导入")
