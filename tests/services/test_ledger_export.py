"""The ledger as a file: what the product posted is whole for a verifier that knows nothing of the product."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from channels import verify_ledger
from services import balances, statements
from services.fees import run_fees
from services.ledger_export import export
from tests.rows import rows
from tests.services import money
from tests.services.money import APRIL_1, MARCH, clock, ended, rule
from tests.worlds import World


def exported(path: Path) -> Path:
    """The file as `python -m services.verify --export` writes it."""
    body = BytesIO()
    lines, sha256 = export(body, APRIL_1)
    path.write_bytes(body.getvalue())
    assert (
        path.read_bytes().splitlines()[-1] == verify_ledger.line_of({"end": lines, "sha256": sha256}).strip()
    )
    return path


def test_what_was_posted_corrected_stated_contested_and_summed_up_is_whole_offline(
    world: World, tmp_path: Path
) -> None:
    """Fees, a penalty, a correction into the open month, a contested line, kept balances; and it grows unaltered."""
    rule()
    clock(ended(world, units=2, distance_m=23_400), level=2)
    ended(world, dealer=2, channel_id=money.operated_channel(world, 1))
    run_fees(APRIL_1)
    statements.draw(MARCH, APRIL_1)
    balances.fold(APRIL_1)
    earlier = exported(tmp_path / "march.jsonl")

    [own] = rows("SELECT id FROM statement WHERE dealer_id = :d", d=world.dealers[0])
    [doubted, other, *_] = rows(
        "SELECT entry_id FROM statement_line WHERE statement_id = :s ORDER BY 1", s=own.id
    )
    statements.contest(world.actor("owner1"), own.id, [doubted.entry_id], "只装了一台", APRIL_1)
    rows("INSERT INTO closed_month (month, closed_at) VALUES (:m, :at)", m=MARCH, at=APRIL_1)
    money.corrected(world, other.entry_id, "价格录错", APRIL_1, instead_fen=8800)
    now = exported(tmp_path / "april.jsonl")

    found = verify_ledger.verify(now)
    assert found.faults.told == []
    assert (found.entries, found.legs) == (7, 14)
    assert verify_ledger.changed(earlier, now, found.faults) == 6
    assert found.faults.count == 0


def test_a_total_that_somebody_wrote_by_hand_is_found_offline(world: World, tmp_path: Path) -> None:
    """The statement says a fen more than its lines."""
    rule()
    ended(world)
    run_fees(APRIL_1)
    statements.draw(MARCH, APRIL_1)
    rows("UPDATE statement SET total_fen = total_fen + 1")
    [told] = verify_ledger.verify(exported(tmp_path / "ledger.jsonl")).faults.told
    assert "合计 ¥80.01，明细之和 ¥80.00" in told
