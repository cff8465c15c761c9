"""The photo store and the decoder of this application: made when first needed, shared by all its threads."""

from __future__ import annotations

import weakref
from threading import Lock

from flask import current_app

from services.config import Config, config, extensions, s3_place
from uploads.decode import Decoder
from uploads.intake import SIDES
from uploads.s3 import S3Store
from uploads.store import LocalStore, Store, rendition_key
from uploads.two_stores import TwoStores

STORE, DECODER = "photo_store", "photo_decoder"
_making = Lock()


def store() -> Store:
    """Where photos lie by the settings: the folder PHOTO_ROOT, PHOTO_STORE, or both while they move."""
    found: Store | None = extensions().get(STORE)
    if found is None:
        with _making:
            found = extensions().get(STORE)
            if found is None:
                found = extensions()[STORE] = _made(config())
    return found


def _made(settings: Config) -> Store:
    place = s3_place(settings)
    if place is None:
        return LocalStore(settings.photo_root)
    s3 = S3Store(place, settings.photo_root / "scratch")
    return TwoStores(s3, LocalStore(settings.photo_root)) if settings.photo_moving else s3


def decoder() -> Decoder:
    """The helper processes; no codec is ever loaded into this process.

    They end with the application or the process, whichever is first; killed, their input ends and so do they.
    """
    found: Decoder | None = extensions().get(DECODER)
    if found is None:
        with _making:
            found = extensions().get(DECODER)
            if found is None:
                found = extensions()[DECODER] = Decoder()
                app = current_app._get_current_object()  # type: ignore[attr-defined]  # the app, not its proxy
                weakref.finalize(app, found.close)
    return found


def keys_of(sha256: str) -> tuple[str, ...]:
    """All that lies in the store for one original: itself and its renditions."""
    return (sha256, *(rendition_key(sha256, side) for side in SIDES))


def lock_key(sha256: bytes) -> int:
    """The advisory lock of one original's bytes: rows share it, whoever deletes blobs holds it alone."""
    return int.from_bytes(sha256[:8], "big", signed=True)
