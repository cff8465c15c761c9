"""What whoever opens the API's document reads first: how to sign in, repeat, race, and read refusals."""

from __future__ import annotations

INTRODUCTION = """\
【登录】三种方式，一次会话只以一个角色行事（POST /me/role 切换）。
· 手机与客户：POST /sessions/wechat、/sessions/link 或 /sessions/claim 返回 token，此后每次请求带
  Authorization: Bearer <token>。客户的链接形如 /m#t=<token>，/m 是给客户看的页面。
· 控制台：POST /sessions/password 种下 HttpOnly 的 Cookie tz_session 并返回 csrf_token；
  凡 POST、PATCH、PUT、DELETE 须带 X-CSRF-Token: <csrf_token>。
· 店铺系统：Authorization: TZ-HMAC key_id=<编号>, ts=<Unix 秒>, signature=<64 位十六进制>，其中
  signature = hex(HMAC-SHA256(密钥, 方法 \\n 路径?查询 \\n ts \\n Idempotency-Key \\n hex(SHA-256(请求体))))；
  ts 前后 5 分钟内有效，写请求必须带 Idempotency-Key。密钥由管理员发放，只对一家店铺有效。

【重复】写请求可带 Idempotency-Key（1–128 个可见字符）：同一键同一内容只执行一次，再来返回首次的应答；
同一键不同内容是 422。手机断网重发、按两下，都用原来的键。

【并发】应答带 version；请求带 If-Match: <version>，已被别人改过则 412。不带则先到者成，后到者 409，
应答里的 available_actions 是现在还能做的操作。

【格式】JSON，snake_case；时间为 RFC 3339（带 Z 或 +08:00 均可，应答为 UTC）；金额一律整数分（_fen）；
列表用 ?cursor=&limit=，next_cursor 为空即到底。拒绝一律是 application/problem+json：code 给程序，
title、detail、errors[].message 给人看。看不到的东西一律 404。429 带 Retry-After。
每个操作的 x-roles 是谁可以调用，x-permission 是权限名。"""
