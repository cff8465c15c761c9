"""Turns a stranger's file into facts and clean renditions. Runs only inside `uploads.worker`'s process."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile, options

from domain.errors import DomainError, Unavailable
from uploads import pixels
from uploads.exif import orientation, read_exif
from uploads.facts import Decoded, PhotoFacts, Rendition
from uploads.limits import Format, Limits
from uploads.refusals import Animated, SuspiciousStructure, TooManyPixels, TooSmall, TruncatedImage
from uploads.sniff import HEAD_BYTES, has_more_scans_than, sniff, webp_size

options.DECODE_THREADS = 1  # CPU limits and memory are per photo: one thread each
_DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ENOENT, errno.EACCES})
_MAX_ICC_BYTES = 4 * 1024 * 1024
_SRGB_NAMES = (b"sRGB", "sRGB".encode("utf-16-be"))  # a version 2 profile spells it in ASCII, 4 in UTF-16
_SRGB = ImageCms.createProfile("sRGB")


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
        format_, stream = _inspect(file, limits)
        image = _open(stream, format_)
        _check_size(image.size, format_, limits)
        if format_ is not Format.JPEG and getattr(image, "n_frames", 1) > 1:
            raise Animated
        turn, exif, full = orientation(image), read_exif(image), image.size
        picture = pixels.upright(_load(image, stream, targets[0][0], limits), turn)
    renditions = []
    for side, target in targets:  # largest first: each is made from the one before
        picture = pixels.fitted(picture, side)
        quality = pixels.QUALITY if side <= 1280 else pixels.FULL_QUALITY
        written = target.write_bytes(pixels.jpeg(picture, quality))
        renditions.append(Rendition(side, picture.shape[1], picture.shape[0], written))
    brightness, sharpness = pixels.measured(picture)
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


def _inspect(file: BinaryIO, limits: Limits) -> tuple[Format, BinaryIO]:
    """What can be refused before any decoder is opened; the file from its beginning, a JPEG's in memory."""
    head = file.read(HEAD_BYTES)
    format_ = sniff(head)
    if format_ is Format.WEBP:
        _check_size(webp_size(head), format_, limits)
    file.seek(0)
    if format_ is not Format.JPEG:
        return format_, file
    data = file.read()
    if has_more_scans_than(data, limits.max_scans):
        raise SuspiciousStructure("照片的扫描次数异常")
    return format_, io.BytesIO(data)


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


def _load(image: Image.Image, stream: BinaryIO, side: int, limits: Limits) -> pixels.Pixels:
    """The pixels in sRGB on white, in a square of `side`."""
    profile = _foreign(image.info.get("icc_profile"))
    if isinstance(stream, io.BytesIO) and (image.mode == "RGB" or (image.mode == "L" and not profile)):
        small = pixels.from_jpeg(stream.getvalue(), image.size, side)
        return pixels.from_picture(_to_srgb(pixels.to_picture(small), profile)) if profile else small
    return pixels.from_picture(_by_pillow(image, profile, side, limits))


def _by_pillow(image: Image.Image, profile: bytes | None, side: int, limits: Limits) -> Image.Image:
    """What is no usual JPEG, as RGB."""
    if isinstance(image, JpegImageFile):  # only here: HEIC's draft may show another picture, its thumbnail
        image.draft(None, pixels.boxed(image.size, side))
    image.load()
    if isinstance(image, HeifImageFile):
        _check_size(image.size, Format.HEIC, limits)  # trap: libheif may find another size while decoding
    small, box = _resizable(image), pixels.boxed(image.size, side)
    if box != image.size:
        small = small.resize(box, Image.Resampling.BICUBIC, reducing_gap=2.0)
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


def _foreign(profile: bytes | None) -> bytes | None:
    """A colour profile that says something else than sRGB, of a size that can be worked with."""
    if not profile or len(profile) > _MAX_ICC_BYTES or any(name in profile for name in _SRGB_NAMES):
        return None
    return profile


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        return ImageCms.applyTransform(image, _way_to_srgb(profile, image.mode)) or image
    except Exception:  # a broken profile costs the exact colour, never the photo
        return image


@lru_cache(maxsize=2)
def _way_to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    """All photos of one phone have the same profile, and working this out takes 5 of the 20 ms it costs."""
    return ImageCms.buildTransform(ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB, mode, "RGB")


def _flatten(image: Image.Image) -> Image.Image:
    """RGB, on white."""
    if image.mode in ("RGBA", "LA", "RGBa", "La"):
        solid = image.convert("RGBA")
        clean = Image.new("RGB", image.size, "white")
        clean.paste(solid, mask=solid.getchannel("A"))
        return clean
    return image if image.mode == "RGB" else image.convert("RGB")
