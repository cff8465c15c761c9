"""A local stand-in for WeChat, over a real socket. The product never imports it.

Run it with `python -m wechat.stand_in --port 9601 --key K`, or in a test: `with StandIn(key="k") as sim`.
`remote.Remote` drives the control plane from another process. See docs/wechat.md.
"""
