"""A store in a temporary folder and one decoder for the whole run, as in a web process."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from uploads.decode import Decoder
from uploads.intake import Taken, take
from uploads.limits import Limits
from uploads.store import LocalStore


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    shared = Decoder(Limits(), helpers=1)
    yield shared
    shared.close()


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "photos")


@pytest.fixture
def taking(store: LocalStore, decoder: Decoder) -> Callable[[bytes], Taken]:
    """Takes bytes in as an upload would."""
    return lambda data: take(io.BytesIO(data), store=store, decoder=decoder)
