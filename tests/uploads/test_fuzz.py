"""Whatever is done to a real file, the way in answers; the long run of the same is `make fuzz-photos MINUTES=10`."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Invalid, TooLarge
from tests.uploads import mutations
from tests.uploads.test_refusals import Taking
from uploads.decode import Decoder
from uploads.store import LocalStore


@pytest.mark.parametrize("name", mutations.seeds())
def test_every_seed_is_taken_and_is_the_sum_of_its_pieces(name: str, taking: Taking) -> None:
    """A fuzzer whose seeds are refused, or whose pieces aren't the format's own, tests nothing."""
    data = mutations.seeds()[name]
    parts = mutations.pieces(data)
    assert b"".join(parts) == data
    assert len(parts) > 1
    assert taking(data).facts.size_bytes == len(data)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_broken_files_are_taken_or_refused_and_cost_no_helper(
    taking: Taking, store: LocalStore, decoder: Decoder, chance: random.Random
) -> None:
    """An answer that blames the photo or takes it; nothing left in scratch; the helper lives."""
    taking(mutations.seeds()["png-palette"])
    before = decoder.pids()
    with suppress(Invalid, TooLarge):  # every other error is a fault
        taking(mutations.mutated(chance)[1])
    assert decoder.pids() == before
    assert list(store.scratch().iterdir()) == []
