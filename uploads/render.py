"""Turns a stranger's file into facts and clean renditions. Runs only inside `uploads.worker`'s process."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, ImageFilter, ImageStat
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile, options

from domain.errors import DomainError, Unavailable
from uploads.exif import orientation, read_exif
from uploads.facts import Decoded, PhotoFacts, Rendition
from uploads.limits import Format, Limits
from uploads.refusals import Animated, SuspiciousStructure, TooManyPixels, TooSmall, TruncatedImage
from uploads.sniff import HEAD_BYTES, has_more_scans_than, sniff, webp_size

QUALITY, FULL_QUALITY = 80, 92  # of renditions, and of what is looked at in full
options.DECODE_THREADS = 1  # CPU limits and memory are per photo: one thread each
_DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ENOENT, errno.EACCES})
_MAX_ICC_BYTES = 4 * 1024 * 1024
_SRGB_NAMES = (b"sRGB", "sRGB".encode("utf-16-be"))  # a version 2 profile spells it in ASCII, 4 in UTF-16
_SRGB = ImageCms.createProfile("sRGB")
_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def process(
    path: Path, sha256: str, size_bytes: int, targets: Iterable[tuple[int, Path]], limits: Limits
) -> Decoded:
    """Decodes the file at `path`, writes one JPEG per (side, path) of `targets`, and says what was seen.

    Raises the refusals of `uploads.refusals`; whatever a codec raises on the way becomes one of them.
    """
    try:
        return _process(path, sha256, size_bytes, sorted(targets, reverse=True), limits)
    except DomainError:
        raise
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels("照片解码所需内存超出上限") from error
    except Exception as error:  # codecs raise OSError, SyntaxError, EOFError, struct.error, KeyError …
        if isinstance(error, OSError) and error.errno in _DISK_FAULTS:
            raise Unavailable("照片暂时无法保存，请稍后重试") from error
        if "too large" in str(error):  # Pillow's own caps on inflated PNG text and profiles
            raise SuspiciousStructure("照片内含异常膨胀的附加数据") from error
        raise TruncatedImage from error


def _process(
    path: Path, sha256: str, size_bytes: int, targets: list[tuple[int, Path]], limits: Limits
) -> Decoded:
    with path.open("rb") as file:
        format_ = _inspect(file, path, limits)
        image = _open(file, format_)
        _check_size(image.size, format_, limits)
        if format_ is not Format.JPEG and getattr(image, "n_frames", 1) > 1:
            raise Animated
        turn, exif, full = orientation(image), read_exif(image), image.size
        picture = _upright(_load(image, format_, targets[0][0], limits), turn)
    renditions = []
    for side, target in targets:  # largest first: each is made from the one before
        picture = _fit(picture, side)
        renditions.append(_save(picture, side, target))
    brightness, sharpness = _measure(picture)
    width, height = full if turn < 5 else full[::-1]
    facts = PhotoFacts(
        sha256=sha256,
        size_bytes=size_bytes,
        format=format_,
        width=width,
        height=height,
        exif_local_time=exif.local_time,
        exif_offset_minutes=exif.offset_minutes,
        exif_gps_at=exif.gps_at,
        exif_point=exif.point,
        exif_accuracy_m=exif.accuracy_m,
        exif_device=exif.device,
        exif_software=exif.software,
        brightness=brightness,
        sharpness=sharpness,
    )
    return Decoded(facts=facts, renditions=tuple(renditions))


def _inspect(file: BinaryIO, path: Path, limits: Limits) -> Format:
    """What can be refused before any decoder is opened; leaves `file` at its beginning."""
    head = file.read(HEAD_BYTES)
    format_ = sniff(head)
    if format_ is Format.WEBP:
        _check_size(webp_size(head), format_, limits)
    if format_ is Format.JPEG and has_more_scans_than(path, limits.max_scans):
        raise SuspiciousStructure("照片的扫描次数异常")
    file.seek(0)
    return format_


def _open(file: BinaryIO, format_: Format) -> Image.Image:
    """Parses the header with exactly one reader, named here: Pillow's list of plugins is never asked.

    A JPEG of several pictures (MPO) is its first one.
    """
    readers: dict[Format, Callable[[BinaryIO], Image.Image]] = {
        Format.JPEG: JpegImageFile,
        Format.PNG: PngImageFile,
        Format.WEBP: WebPImageFile,
        Format.HEIC: HeifImageFile,
    }
    return readers[format_](file)


def _check_size(size: tuple[int, int], format_: Format, limits: Limits) -> None:
    short, long = min(size), max(size)
    if short < limits.min_side:
        raise TooSmall(f"照片为 {size[0]}×{size[1]}，每边至少 {limits.min_side} 像素")
    cap = limits.pixels(format_)
    if long > limits.max_side or short * long > cap:
        raise TooManyPixels(
            f"照片为 {size[0]}×{size[1]}，{format_.value.upper()} 每边最多 {limits.max_side} 像素、"
            f"总共最多 {cap // 10_000} 万像素"
        )


def _load(image: Image.Image, format_: Format, side: int, limits: Limits) -> Image.Image:
    """The pixels as RGB in sRGB on white, about the size needed."""
    if format_ is Format.JPEG:  # only here: HEIC's draft would show an embedded thumbnail, which may differ
        image.draft(None, _box(image.size, side))
    image.load()
    if format_ is Format.HEIC:
        _check_size(image.size, format_, limits)  # trap: libheif may find another size while decoding
    profile = image.info.get("icc_profile")
    small = _nearly(image, side) if format_ is Format.JPEG else _fit(_resizable(image), side)
    return _flatten(_to_srgb(small, profile))


def _resizable(image: Image.Image) -> Image.Image:
    """A mode that can be averaged: palettes are looked up, 16 bits become 8."""
    if image.mode.startswith(("I", "F")):
        return image.point(lambda value: value * (1 / 256)).convert(
            "L"
        )  # trap: convert("L") alone clips at 255
    if image.mode in ("1", "P", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _box(size: tuple[int, int], side: int) -> tuple[int, int]:
    """`size` shrunk to fit a square of `side`, never enlarged: (4032, 3024) in 1280 is (1280, 960)."""
    longest = max(size)
    if longest <= side:
        return size
    return max(1, round(size[0] * side / longest)), max(1, round(size[1] * side / longest))


def _fit(image: Image.Image, side: int) -> Image.Image:
    box = _box(image.size, side)
    if box == image.size:
        return image
    return image.resize(box, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _nearly(image: Image.Image, side: int) -> Image.Image:
    """`_fit` for what JPEG's scaled decoding gives: less than twice the size wanted."""
    box = _box(image.size, side)
    if box == image.size or image.mode not in ("RGB", "L") or min(box) * 2 < min(image.size):
        return _fit(image, side)
    from uploads.shrink import shrunk  # OpenCV: 16 MB and 50 ms, which smaller photos do not need

    return shrunk(image, box)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or len(profile) > _MAX_ICC_BYTES or any(name in profile for name in _SRGB_NAMES):
        return image
    if image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB") or image
    except Exception:  # a broken profile costs the exact colour, never the photo
        return image


def _flatten(image: Image.Image) -> Image.Image:
    """RGB pixels in a new picture that carries nothing else: saving copies `info` (comments, EXIF, XMP)."""
    if image.mode == "RGB" and not image.info:
        return image
    clean = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA", "RGBa", "La"):
        solid = image.convert("RGBA")
        clean.paste(solid, mask=solid.getchannel("A"))
    else:
        clean.paste(image if image.mode == "RGB" else image.convert("RGB"))
    return clean


def _upright(image: Image.Image, turn: int) -> Image.Image:
    return image.transpose(_TRANSPOSE[turn]) if turn in _TRANSPOSE else image


def _save(picture: Image.Image, side: int, target: Path) -> Rendition:
    picture.save(target, "JPEG", quality=QUALITY if side <= 1280 else FULL_QUALITY)
    return Rendition(side, picture.width, picture.height, target.stat().st_size)


def _measure(picture: Image.Image) -> tuple[float, float]:
    """Mean luma and Laplacian variance of the smallest rendition."""
    grey = picture.convert("L")
    edges = grey.filter(_LAPLACIAN).crop(
        (1, 1, grey.width - 1, grey.height - 1)
    )  # trap: borders pass unfiltered
    return round(ImageStat.Stat(grey).mean[0], 1), round(ImageStat.Stat(edges).var[0], 1)
