"""Tries what `make phone` made, without WeChat.

Parts and queue in Vitest, the mini-program under WeChat's own compilers, what no phone should be given, and the built
JavaScript in Node, every page for every role.
"""

from __future__ import annotations

from miniprogram.build import PHONE

if __name__ == "__main__":
    PHONE.run("npx", "vitest", "run")
    PHONE.run("node", "checks/structure.js")
    PHONE.run("node", "checks/bundle.js")
    PHONE.run("node", "checks/running.js")
