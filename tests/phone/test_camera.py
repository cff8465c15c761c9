"""What the camera gives and what leaves the phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.phone.conftest import Phone
from tests.phone.test_installer import photograph
from tests.photographing import booked, picture
from tests.rows import rows
from tests.worlds import World

PickUp = Callable[[], Phone]
MOST_BYTES = 2_000_000


def test_a_large_picture_leaves_the_phone_under_two_megabytes_and_one_that_cannot_is_told(
    pick_up: PickUp, world: World, as_installer: str, tmp_path: Path
) -> None:
    """Twelve megapixels of noise are made smaller before they are kept; what cannot be read is refused in words."""
    job_id = booked(world)
    large, broken = tmp_path / "large.jpg", tmp_path / "broken.jpg"
    large.write_bytes(picture(4000, 3000, quality=95))
    broken.write_bytes(bytes(3_000_000))
    assert large.stat().st_size > 2 * MOST_BYTES
    phone = pick_up()
    phone.open(as_installer)
    phone.page.locator(f"#job-{job_id}").click()
    photograph(phone, "#take-site", broken, agreeing=True)
    expect(phone.page.get_by_text("照片太大，没能压小")).to_be_visible()
    photograph(phone, "#take-site", large)
    expect(phone.page.get_by_role("img", name="照片").first).to_be_visible(timeout=20_000)
    expect(phone.page.locator("#strip")).to_have_count(0, timeout=20_000)
    [kept] = rows("SELECT size_bytes, width, height FROM photo WHERE job_id = :j", j=job_id)
    assert kept.size_bytes < MOST_BYTES
    assert 1400 <= max(kept.width, kept.height) <= 2400
    assert phone.complaints == []
