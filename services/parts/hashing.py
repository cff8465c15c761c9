"""Passwords with argon2id, never more than a few at once: each takes 19 MiB and 30 ms of a core.

Parameters are OWASP's second choice (m=19 MiB, t=2, p=1). A hash made with older ones is renewed at sign-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import TooMany

AT_ONCE = 2
PATIENCE_S = 2.0

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = BoundedSemaphore(AT_ONCE)
_NOBODYS = _hasher.hash("nobody has this password")


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE_S):
        raise TooMany(2)
    try:
        yield
    finally:
        _turns.release()


def hash_password(password: str) -> str:
    """The argon2id hash in its own notation. `TooMany` when all turns are taken for two seconds."""
    with _turn():
        return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one; without a stored hash the same work is done for nothing."""
    with _turn():
        try:
            return _hasher.verify(stored or _NOBODYS, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)
