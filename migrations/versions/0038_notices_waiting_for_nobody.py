"""Notices that this wire could not bring, or that were out of date, waited for a person though nobody could help

Revision ID: 0038
Revises: 0037
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_OURS = "state = 'parked' AND kind = 'notice'"


def upgrade() -> None:
    op.execute(
        f"""
        UPDATE outbox SET state = 'dropped'
         WHERE {_OURS} AND (last_error LIKE '% / notice_obsolete' OR wire = 'wechat'
               AND last_error ~ '^(没有剩余的订阅次数|微信账号已变更|结果不明，未重发|微信未送达 / .*)$|(user_refused|address|risk)$')
           AND last_error NOT LIKE '多次重试%'
        """
    )


def downgrade() -> None:
    """What waits for nobody need not wait again."""
