"""Fees and statements (filled in when the routes are there)."""

from __future__ import annotations

from demo.world import World


def settle(world: World) -> None:
    """Nothing yet."""
    world.runs.do("fees")
