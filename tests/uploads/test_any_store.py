"""What every store promises, the folder and S3 over a socket alike."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from domain.errors import NotFound
from tests.s3_server import S3Server
from uploads.s3 import S3Store
from uploads.store import LocalStore, Store

DATA = b"any store's bytes"
KEY = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return LocalStore(tmp_path / "photos")
    server: S3Server = request.getfixturevalue("s3_server")
    return S3Store(server.place(), tmp_path / "scratch")


@pytest.mark.parametrize(
    "key", ["", "..", "../../etc/passwd", KEY + "/..", KEY.upper(), KEY[:-1], KEY + "\n"]
)
def test_nothing_outside_the_store_can_be_named(key: str, store: Store) -> None:
    """A key is 64 hex digits and perhaps an ending; anything else does not exist and cannot be written."""
    assert not store.exists(key)
    with pytest.raises(NotFound):
        store.open(key)
    with pytest.raises(ValueError, match="not a key"):
        store.put(io.BytesIO(DATA), key)


def test_what_is_deleted_is_gone_and_deleting_twice_is_harmless(store: Store) -> None:
    """Erasure is final; asking again is no error."""
    store.put(io.BytesIO(DATA), KEY)
    store.delete(KEY)
    store.delete(KEY)
    assert not store.exists(KEY)
    with pytest.raises(NotFound):
        store.open(KEY)
