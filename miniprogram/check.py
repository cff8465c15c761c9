"""Tries what `make phone` made, without WeChat.

Parts and queue in Vitest, the mini-program's structure under WeChat's own compilers, its built JavaScript in Node.
"""

from __future__ import annotations

from miniprogram.build import PHONE

if __name__ == "__main__":
    PHONE.run("npx", "vitest", "run")
    PHONE.run("node", "checks/structure.js")
    PHONE.run("node", "checks/running.js")
