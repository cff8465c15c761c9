"""Evidence of jobs: scores, findings on jobs, policies, phones' clocks, forms of serial numbers

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Five empty tables; a serial number of before says nothing about how it was entered."""
    op.create_table(
        "phone_clock",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("least_ms", sa.BigInteger(), nullable=False),
        sa.Column("stamps", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "day", name=op.f("pk_phone_clock")),
    )
    op.create_table(
        "evidence_policy",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("effective_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_evidence_policy_category_code")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_evidence_policy_made_by")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_evidence_policy")),
        sa.UniqueConstraint(
            "category_code",
            "effective_from",
            name=op.f("uq_evidence_policy_category_code_effective_from"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "serial_form",
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_serial_form_made_by")),
        sa.ForeignKeyConstraint(["sku"], ["product.sku"], name=op.f("fk_serial_form_sku")),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_serial_form")),
    )
    op.create_table(
        "job_evidence",
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("computed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_evidence_job_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_evidence")),
    )
    op.create_index(
        "ix_job_evidence_flagged",
        "job_evidence",
        ["score", "job_id"],
        unique=False,
        postgresql_where=sa.text("flagged"),
    )
    op.create_table(
        "job_finding",
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("found_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_finding_job_id")),
        sa.PrimaryKeyConstraint("job_id", "code", name=op.f("pk_job_finding")),
    )
    op.add_column("job_unit", sa.Column("serial_source", sa.Text(), nullable=True))
    # Only new rows are asked: the column is new, so looking through the old ones would only hold the lock longer.
    op.execute(
        "ALTER TABLE job_unit ADD CONSTRAINT ck_job_unit_serial_source_known"
        " CHECK (serial_source IN ('scanned', 'typed')) NOT VALID"
    )
    op.execute(
        "CREATE TRIGGER evidence_policy_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_policy "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
