"""A local stand-in for WeChat, over a real socket. The product never imports it."""
