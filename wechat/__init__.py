"""The only code that knows WeChat.

Callers need `Gateway`, `WeChatSettings`, `PushReceiver`, `values` and `errors`.
"""
