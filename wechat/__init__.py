"""The only code that knows WeChat."""
