"""Channel charges

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty table; penalties of before rest on none of its rows."""
    op.create_table('channel_charge',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('channel_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('charged_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('order_line_id', sa.BigInteger(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('fault', sa.Text(), nullable=True),
    sa.Column('allocated_by', sa.BigInteger(), nullable=True),
    sa.Column('allocated_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.CheckConstraint("fault IN ('dealer', 'brand', 'operator')", name=op.f('ck_channel_charge_fault_known')),
    sa.CheckConstraint("reason IN ('late', 'no_service', 'complaint', 'false_report', 'overcharge', 'other')", name=op.f('ck_channel_charge_reason_known')),
    sa.CheckConstraint('(fault IS NULL) = (allocated_at IS NULL)', name=op.f('ck_channel_charge_allocated_with_a_fault')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_channel_charge_amount_positive')),
    sa.ForeignKeyConstraint(['allocated_by'], ['person.id'], name=op.f('fk_channel_charge_allocated_by')),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_channel_charge_channel_id')),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_channel_charge_created_by')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_line.id'], name=op.f('fk_channel_charge_order_line_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel_charge')),
    sa.UniqueConstraint('channel_id', 'number', name=op.f('uq_channel_charge_channel_id_number'))
    )
    op.create_index(op.f('ix_channel_charge_order_line_id'), 'channel_charge', ['order_line_id'], unique=False)
    op.create_index('ix_channel_charge_waiting', 'channel_charge', ['id'], unique=False, postgresql_where=sa.text('fault IS NULL'))
    op.add_column('penalty', sa.Column('channel_charge_id', sa.BigInteger(), nullable=True))
    op.create_index(op.f('ix_penalty_channel_charge_id'), 'penalty', ['channel_charge_id'], unique=False)
    op.create_foreign_key(op.f('fk_penalty_channel_charge_id'), 'penalty', 'channel_charge', ['channel_charge_id'], ['id'])


def downgrade() -> None:
    """The penalties that rest on them stay."""
    op.drop_column("penalty", "channel_charge_id")
    op.drop_table("channel_charge")
