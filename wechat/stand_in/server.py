"""The stand-in as an object: `with StandIn(key="k") as sim: …`. Loopback only."""

from __future__ import annotations

from types import TracebackType

from flask import Flask

from wechat.settings import is_loopback
from wechat.stand_in import api, inbox
from wechat.stand_in.clock import SimClock
from wechat.stand_in.control import Control
from wechat.stand_in.courier import Courier
from wechat.stand_in.faults import Faults
from wechat.stand_in.journal import Journal
from wechat.stand_in.merchant.control import Console
from wechat.stand_in.merchant.doors import Doors
from wechat.stand_in.state import World
from wechat.stand_in.switch import Switch
from wechat.stand_in.wire import Wire


class StandIn:
    """A local WeChat on `base_url`;
    control plane and inbox page there and, even while `down`, on `control_url`.
    """

    def __init__(
        self,
        *,
        key: str,
        host: str = "127.0.0.1",
        port: int = 0,
        control_port: int = 0,
        clock: SimClock | None = None,
    ) -> None:
        if not is_loopback(host):
            raise ValueError("the stand-in listens on loopback addresses only")
        if not key:
            raise ValueError("the control plane needs a key")
        self.host = host
        self.world = World(clock)
        self.faults = Faults()
        self.journal = Journal()
        self.courier = Courier(self.world)
        app = Flask("wxsim", template_folder=str(inbox.TEMPLATES), static_folder=None)
        wire = Wire(app, self.world, self.faults, self.journal)
        self._main = Switch(wire, host, port)
        self._control = Switch(wire, host, control_port)
        control = Control(self.world, self.courier, self.faults, self.journal, self._main, key)
        app.register_blueprint(control.blueprint())
        doors = Doors(self.world, self.courier)
        app.register_blueprint(doors.blueprint())
        app.register_blueprint(Console(doors).blueprint(control.guard))
        app.register_blueprint(inbox.blueprint(self.world))
        api.mount(app, self.world, self.courier)

    def start(self) -> StandIn:
        """Listen on both ports. Raises OSError when one is taken."""
        self._main.up()
        self._control.up()
        self.courier.start()
        return self

    def stop(self) -> None:
        """Let go of hanging requests and close everything."""
        self.faults.remove()
        self.courier.stop()
        self._main.down()
        self._control.down()

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`, for the product's settings."""
        return f"http://{self.host}:{self._main.port}"

    @property
    def control_url(self) -> str:
        """The same on the port that stays open while `down` is on."""
        return f"http://{self.host}:{self._control.port}"

    def __enter__(self) -> StandIn:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
