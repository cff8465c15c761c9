"""Legal holds as rows with who, when and why, and the chain of what was erased

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# A hold of before becomes a row of the subject's first job; who laid it last, when and why stand in the access log.
_HOLDS = """
INSERT INTO legal_hold (job_id, reason, placed_by, placed_at)
SELECT coalesce(said.job_id, first.id), coalesce(said.reason, 'safety'), said.actor_person_id,
       coalesce(said.at, first.created_at)
  FROM subject
  JOIN LATERAL (SELECT id, created_at FROM job WHERE job.subject_id = subject.id ORDER BY id LIMIT 1) first ON true
  LEFT JOIN LATERAL (
       SELECT e.job_id, e.actor_person_id, e.at,
              CASE WHEN e.reason IN ('complaint', 'safety', 'dispute', 'court') THEN e.reason ELSE 'dispute' END AS reason
         FROM access_event e JOIN job ON job.id = e.job_id
        WHERE e.kind = 'legal_hold' AND job.subject_id = subject.id ORDER BY e.id DESC LIMIT 1) said ON true
 WHERE subject.legal_hold
"""


def upgrade() -> None:
    """Two tables; the flag on the subject becomes rows. Reads the subjects once; locks no table for longer than that."""
    op.create_table(
        "erasure_record",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('photos', 'points', 'words', 'messages', 'addresses')",
            name=op.f("ck_erasure_record_kind_known"),
        ),
        sa.CheckConstraint("cause IN ('term', 'request')", name=op.f("ck_erasure_record_cause_known")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_erasure_record")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("placed_by", sa.BigInteger(), nullable=True),
        sa.Column("placed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lifted_for", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('complaint', 'safety', 'dispute', 'court', 'authority')",
            name=op.f("ck_legal_hold_reason_known"),
        ),
        sa.CheckConstraint(
            "lifted_for IN ('settled', 'mistake')", name=op.f("ck_legal_hold_lifted_for_known")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_legal_hold_job_id")),
        sa.ForeignKeyConstraint(["lifted_by"], ["person.id"], name=op.f("fk_legal_hold_lifted_by")),
        sa.ForeignKeyConstraint(["placed_by"], ["person.id"], name=op.f("fk_legal_hold_placed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(
        "ix_legal_hold_open",
        "legal_hold",
        ["job_id"],
        unique=False,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.execute(_HOLDS)
    op.drop_column("subject", "legal_hold")
    op.execute("UPDATE photo SET device_id = NULL WHERE erased_at IS NOT NULL AND device_id IS NOT NULL")
