"""Why a photo was not taken: one class per reason, since the code is what a phone's next step depends on."""

from __future__ import annotations

from domain.errors import DomainError, Invalid, TooLarge, Unavailable


class NotAnImage(Invalid):
    """The bytes are no picture at all, whatever the name says."""

    code = "not_an_image"
    title = "这不是照片文件"


class UnsupportedFormat(Invalid):
    """A picture or document, but none of the four formats taken."""

    code = "unsupported_format"
    title = "不支持这种图片格式，请上传 JPG、PNG、WebP 或 HEIC"


class TruncatedImage(Invalid):
    """It begins as a picture and then breaks off or makes no sense."""

    code = "truncated_image"
    title = "照片不完整或已损坏，请重新拍摄或重新上传"


class Animated(Invalid):
    """More than one frame: evidence is one moment."""

    code = "animated"
    title = "不接受动图或多帧图片，请上传单张照片"


class SuspiciousStructure(Invalid):
    """Built to hurt the reader: hundreds of scans, inflated chunks, or the decoder itself fell over."""

    code = "suspicious_structure"
    title = "照片文件结构异常，已拒绝"


class DecodeTimeout(Invalid):
    """The picture burnt more CPU than any honest one does."""

    code = "decode_timeout"
    title = "照片解析耗时过长，已拒绝"


class TooSmall(Invalid):
    """Nothing can be seen on it."""

    code = "too_small"
    title = "照片尺寸太小"


class TooManyBytes(TooLarge):
    """The file is larger than the cap; found while reading, not after."""

    code = "too_large"
    title = "照片文件太大"


class TooManyPixels(TooLarge):
    """More pixels than its format may have, or more memory than the helper has."""

    code = "too_many_pixels"
    title = "照片像素过多，请降低分辨率后重新上传"


_ALL: tuple[type[DomainError], ...] = (
    NotAnImage,
    UnsupportedFormat,
    TruncatedImage,
    Animated,
    SuspiciousStructure,
    DecodeTimeout,
    TooSmall,
    TooManyBytes,
    TooManyPixels,
    Unavailable,
)
_BY_CODE = {refusal.code: refusal for refusal in _ALL}


def refusal(code: str, detail: str) -> DomainError:
    """The refusal a helper process named by its code; an unknown code is `SuspiciousStructure`."""
    return _BY_CODE.get(code, SuspiciousStructure)(detail)
