"""Audits: the lot of every confirmed job, verdicts of people, what is wrong with photos, appeals

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three empty tables; jobs confirmed before are drawn by the sweep while they may still be complained about."""
    op.create_table(
        "audit",
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("drawn_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("inclusion_bp", sa.BigInteger(), nullable=False),
        sa.Column("rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("risk", sa.BigInteger(), nullable=False),
        sa.Column("second", sa.Boolean(), nullable=False),
        sa.Column("round", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("fraud", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("failed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("score_change", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("child_id", sa.BigInteger(), nullable=True),
        sa.Column("appealed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("appealed_by", sa.BigInteger(), nullable=True),
        sa.Column("appeal_id", sa.BigInteger(), nullable=True),
        sa.Column("appeal_clock_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("reversed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("verdict IN ('pass', 'evidence', 'work')", name=op.f("ck_audit_verdict_known")),
        sa.CheckConstraint(
            "why IN ('flagged', 'required', 'chosen', 'random', 'not_drawn')", name=op.f("ck_audit_why_known")
        ),
        sa.ForeignKeyConstraint(["answer_id"], ["note.id"], name=op.f("fk_audit_answer_id")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_audit_answered_by")),
        sa.ForeignKeyConstraint(["appeal_clock_id"], ["clock.id"], name=op.f("fk_audit_appeal_clock_id")),
        sa.ForeignKeyConstraint(["appeal_id"], ["note.id"], name=op.f("fk_audit_appeal_id")),
        sa.ForeignKeyConstraint(["appealed_by"], ["person.id"], name=op.f("fk_audit_appealed_by")),
        sa.ForeignKeyConstraint(["child_id"], ["job.id"], name=op.f("fk_audit_child_id")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_audit_dealer_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_audit_job_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_child_id"), "audit", ["child_id"], unique=False)
    op.create_index(
        "ix_audit_appealed",
        "audit",
        ["appealed_at"],
        unique=False,
        postgresql_where=sa.text("appealed_at IS NOT NULL AND answered_at IS NULL"),
    )
    op.create_index("ix_audit_dealer", "audit", ["dealer_id", "drawn_at"], unique=False)
    op.create_index(
        "ix_audit_left_out", "audit", ["job_id"], unique=False, postgresql_where=sa.text("why = 'not_drawn'")
    )
    op.create_table(
        "audit_verdict",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("fraud", sa.Boolean(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('pass', 'evidence', 'work')", name=op.f("ck_audit_verdict_verdict_known")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["audit.job_id"], name=op.f("fk_audit_verdict_job_id")),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_audit_verdict_note_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_verdict_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_verdict")),
        sa.UniqueConstraint(
            "job_id", "round", "person_id", name=op.f("uq_audit_verdict_job_id_round_person_id")
        ),
        sa.UniqueConstraint("job_id", "round", "turn", name=op.f("uq_audit_verdict_job_id_round_turn")),
    )
    op.create_table(
        "audit_photo",
        sa.Column("verdict_id", sa.BigInteger(), nullable=False),
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('reused', 'duplicate', 'wrong_subject', 'wrong_place', 'wrong_time', 'edited', "
            "'screen_or_print', 'unclear', 'serial_unreadable', 'work_unsafe', 'work_poor', 'other')",
            name=op.f("ck_audit_photo_reason_known"),
        ),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_audit_photo_note_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_audit_photo_photo_id")),
        sa.ForeignKeyConstraint(["verdict_id"], ["audit_verdict.id"], name=op.f("fk_audit_photo_verdict_id")),
        sa.PrimaryKeyConstraint("verdict_id", "photo_id", "reason", name=op.f("pk_audit_photo")),
    )
