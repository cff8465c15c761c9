"""Notices leave: inbox for everybody, WeChat where there is a grant, SMS for what matters (domain.md §8).

A notice owed is an outbox row of kind "notice" with payload {"template", "audience"?, "dealer_ids" or "person_id"?,
"values"?, "identity_id"?}; without an audience it is for the row's person. A row's life is told in
`services/parts/notice_queue.py`. No transaction is open while WeChat or the SMS provider is asked, and nothing in
here waits: what cannot be sent now gets a later `next_at`, and that is all that drains share.
"""

from services.notices.draining import Drained, drain, drain_with

__all__ = ["Drained", "drain", "drain_with"]
