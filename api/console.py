"""The console at `/console/`: the page and the files that `make web` made."""

from __future__ import annotations

from api.built import ROOT, Built, hand_out
from domain.errors import NotFound


class NotBuilt(NotFound):
    """The API works without it."""

    code = "console_not_built"
    title = "控制台尚未生成，请运行 make web（接口不受影响）"


built = Built(ROOT / "console" / "dist", NotBuilt, more="font-src 'self'; ")
area = hand_out("console", "控制台", "/console", built)
