"""Facts that are no action stand on a job's chain too, and people read it."""

from __future__ import annotations

import ast

from domain.pack_words import FACTS
from tests.architecture.source import calls, python


def test_every_fact_of_a_chain_has_a_name_in_chinese() -> None:
    """The evidence PDF has no code amid the names of actions."""
    facts = {
        call.args[2].value
        for _, tree in python("services")
        for call in calls(tree, "record")
        if len(call.args) > 2 and isinstance(call.args[2], ast.Constant)
    }
    assert len(facts) > 5
    assert facts <= set(FACTS)
