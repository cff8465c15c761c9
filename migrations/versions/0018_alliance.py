"""The alliance: agreements and signatures, offline sales declared, terms of a year, penalties

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


_KEPT = ("agreement", "agreement_signature", "year_terms")


def upgrade() -> None:
    """New tables only; what was agreed is never changed afterwards."""
    op.create_table(
        "agreement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("published_by", sa.BigInteger(), nullable=False),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_agreement_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("version", name=op.f("uq_agreement_version")),
    )
    op.create_table(
        "alliance_membership",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_alliance_membership_dealer_id")),
        sa.ForeignKeyConstraint(["left_by"], ["person.id"], name=op.f("fk_alliance_membership_left_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alliance_membership")),
    )
    op.create_index(
        op.f("ix_alliance_membership_dealer_id"), "alliance_membership", ["dealer_id"], unique=False
    )
    op.create_index(
        "uq_alliance_membership_open",
        "alliance_membership",
        ["dealer_id"],
        unique=True,
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_table(
        "offline_declaration",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("declared_fen", sa.BigInteger(), nullable=False),
        sa.Column("declared_by", sa.BigInteger(), nullable=False),
        sa.Column("declared_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="declared", nullable=False),
        sa.Column("verified_fen", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'declared') = (decided_at IS NULL)",
            name=op.f("ck_offline_declaration_decided_with_a_state"),
        ),
        sa.CheckConstraint(
            "(state = 'verified') = (verified_fen IS NOT NULL)",
            name=op.f("ck_offline_declaration_verified_with_an_amount"),
        ),
        sa.CheckConstraint(
            "state IN ('declared', 'verified', 'refused')", name=op.f("ck_offline_declaration_state_known")
        ),
        sa.CheckConstraint("decided_by <> declared_by", name=op.f("ck_offline_declaration_four_eyes")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_offline_declaration_dealer_id")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_offline_declaration_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by"], ["person.id"], name=op.f("fk_offline_declaration_declared_by")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_offline_declaration_division_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offline_declaration")),
    )
    op.create_index("ix_offline_declaration_year", "offline_declaration", ["year", "dealer_id"], unique=False)
    op.create_index(
        "uq_offline_declaration_standing",
        "offline_declaration",
        ["dealer_id", "year", "division_code"],
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_table(
        "year_terms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_year_terms_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_terms")),
        sa.UniqueConstraint("version", name=op.f("uq_year_terms_version")),
    )
    op.create_table(
        "agreement_signature",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agreement_id", sa.BigInteger(), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("signed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_signature_agreement_id")
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_agreement_signature_dealer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agreement_signature_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_signature")),
    )
    op.create_index("ix_agreement_signature_dealer", "agreement_signature", ["dealer_id", "agreement_id"])
    op.create_table(
        "declaration_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("declaration_id", sa.BigInteger(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_declaration_file_added_by")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["offline_declaration.id"], name=op.f("fk_declaration_file_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_file")),
        sa.UniqueConstraint(
            "declaration_id", "sha256", name=op.f("uq_declaration_file_declaration_id_sha256")
        ),
    )
    op.create_index(
        op.f("ix_declaration_file_declaration_id"), "declaration_file", ["declaration_id"], unique=False
    )
    op.create_table(
        "penalty",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("takes", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("due_month", sa.Date(), nullable=False),
        sa.Column("imposed_by", sa.BigInteger(), nullable=False),
        sa.Column("imposed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("appealed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("appealed_by", sa.BigInteger(), nullable=True),
        sa.Column("appeal_id", sa.BigInteger(), nullable=True),
        sa.Column("appeal_clock_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("lifted", sa.Boolean(), nullable=True),
        sa.Column("settled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("takes IN ('statement', 'reward')", name=op.f("ck_penalty_takes_known")),
        sa.CheckConstraint(
            "(lifted IS NULL) = (answered_at IS NULL)", name=op.f("ck_penalty_answered_with_a_word")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_penalty_amount_positive")),
        sa.CheckConstraint("answered_by <> imposed_by", name=op.f("ck_penalty_four_eyes")),
        sa.ForeignKeyConstraint(["answer_id"], ["note.id"], name=op.f("fk_penalty_answer_id")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_penalty_answered_by")),
        sa.ForeignKeyConstraint(["appeal_id"], ["note.id"], name=op.f("fk_penalty_appeal_id")),
        sa.ForeignKeyConstraint(["appealed_by"], ["person.id"], name=op.f("fk_penalty_appealed_by")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_penalty_dealer_id")),
        sa.ForeignKeyConstraint(["imposed_by"], ["person.id"], name=op.f("fk_penalty_imposed_by")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_penalty_job_id")),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_penalty_note_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty")),
    )
    op.create_index("ix_penalty_dealer", "penalty", ["dealer_id", "id"], unique=False)
    op.create_index(op.f("ix_penalty_job_id"), "penalty", ["job_id"], unique=False)
    op.create_index(
        "ix_penalty_unposted",
        "penalty",
        ["due_month"],
        unique=False,
        postgresql_where=sa.text("takes = 'statement' AND NOT settled"),
    )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
