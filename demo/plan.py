"""What `make run` runs and in which order, as data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.doors import port_from, status_of
from demo.network import CHANNELS
from demo.plots import FEWEST
from demo.processes import Program, StartFailed
from demo.shelf import PRODUCTS

STORIES = ("play", "none", "only")
PAGES = (
    ("接口文档 API", "/api/docs"),
    ("客户查单 customer", "/m"),
    ("手机端 phone（首次启动后一两分钟可看，经过见 var/phone.log）", "/app/"),
    ("商品页承诺 widget", f"/widget/promise?sku={PRODUCTS[0].sku}&channel={CHANNELS[0][0]}"),
)


@dataclass(frozen=True, slots=True)
class Service:
    """Lives until we stop. `ready` is asked until it says yes; `address` and `pages` (title, path) are shown."""

    program: Program
    ready: Callable[[], bool]
    title: str
    address: str = ""
    door: tuple[str, int, str] | None = None  # host, port, and the setting that chooses another
    pages: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Once:
    """Runs to its end; `vital` means nothing after it makes sense when it fails."""

    program: Program
    title: str
    on_screen: bool = False
    vital: bool = True


Step = Service | Once


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person chose on the command line: make run PORT=9000 STORY=none."""

    host: str
    port: int
    stand_in_port: int
    story: str

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Choices:
        """Choices from the environment; a value that makes no sense is refused with an example."""
        story = given.get("STORY") or "play"
        if story not in STORIES:
            raise StartFailed(f"STORY={story}? 可选 / choose: {', '.join(STORIES)}")
        _at_least(given, "STORY_ORDERS", FEWEST)
        _at_least(given, "STORY_STUTTER", 1)
        if (data := given.get("STORY_DATA")) and not Path(data).is_file():
            raise StartFailed(f"STORY_DATA={data}? 没有这个文件 / no such file")
        return cls(
            host=given.get("HOST") or "127.0.0.1",
            port=port_from(given.get("PORT") or "8000", "PORT"),
            stand_in_port=port_from(given.get("STANDIN_PORT") or "8090", "STANDIN_PORT"),
            story=story,
        )


def _at_least(given: Mapping[str, str], name: str, fewest: int) -> None:
    told = given.get(name) or str(fewest)
    if not told.isdecimal() or int(told) < fewest:
        raise StartFailed(f"{name}={told}? 至少 {fewest} / {fewest} or more")


def steps(root: Path, choices: Choices, environ: Mapping[str, str]) -> list[Step]:
    """The demo from the empty database to the played story."""
    web = f"http://{'127.0.0.1' if choices.host == '0.0.0.0' else choices.host}:{choices.port}"  # noqa: S104
    plan: list[Step] = [
        Once(_python("migrate", "models.migrate"), "数据库迁移 migrations"),
        _stand_in(choices, web, environ),
        _web(root, choices, web),
        Service(_python("jobs", "jobs"), lambda: True, "定时任务 runner"),
        Once(_python("brand", "demo.brand"), "演示品牌 demo brand", on_screen=True),
    ]
    if choices.story == "none":
        plan.append(Once(_python("people", "demo.gathering"), "演示人员 people", on_screen=True, vital=False))
    else:
        plan.append(Once(_python("story", "demo.story"), "主线故事 story", on_screen=True, vital=False))
    if choices.story == "play":
        plan.append(Once(_python("desks", "demo.desks"), "桌上的活 desks", on_screen=True, vital=False))
    return plan


def _stand_in(choices: Choices, web: str, environ: Mapping[str, str]) -> Service:
    address = f"http://127.0.0.1:{choices.stand_in_port}"
    told = {
        "--port": str(choices.stand_in_port),
        "--key": environ["SIM_KEY"],
        "--app-id": environ["WECHAT_APP_ID"],
        "--app-secret": environ["WECHAT_APP_SECRET"],
        "--push-url": f"{web}/wechat/push",
        "--push-token": environ["WECHAT_PUSH_TOKEN"],
        "--push-aes-key": environ["WECHAT_PUSH_AES_KEY"],
        "--setup": environ["STANDIN_SETUP"],
    }
    arguments = [part for pair in told.items() for part in pair]
    return Service(
        _python("wechat", "wechat.stand_in", *arguments),
        lambda: status_of(address) is not None,
        "微信替身 WeChat stand-in",
        address,
        ("127.0.0.1", choices.stand_in_port, "STANDIN_PORT"),
    )


def _web(root: Path, choices: Choices, address: str) -> Service:
    command = (sys.executable, "-m", "gunicorn", "--config", str(root / "gunicorn.conf.py"), "wsgi:app")
    return Service(
        Program("web", command),
        lambda: status_of(f"{address}/readyz") == 200,
        "网站与接口 web and API",
        address,
        (choices.host, choices.port, "PORT"),
        PAGES,
    )


def _python(name: str, module: str, *arguments: str) -> Program:
    return Program(name, (sys.executable, "-m", module, *arguments))
