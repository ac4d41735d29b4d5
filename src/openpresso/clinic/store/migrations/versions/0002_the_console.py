"""What the console keeps: comfort, integrations, drills, written programs, recovery codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

PLAIN = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Keys; SQLite counts up only what it calls INTEGER."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RELEASED = sa.text("state = 'released'")
REMOVED = (
    ("removed_at", sa.DateTime(timezone=True)),
    ("removed_reason", sa.String(length=10_000)),
)


def _make_comfort() -> None:
    """Make room for it; sessions before it have nothing there."""
    op.add_column("session", sa.Column("comfort", PLAIN, nullable=True))


def _drop_comfort() -> None:
    """Take it away."""
    op.drop_column("session", "comfort")


def _make_integrations() -> None:
    """Make their tables."""
    op.create_table(
        "integration",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("roles", PLAIN, nullable=False),
        sa.Column("made_by", WHOLE, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", WHOLE, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], ["staff.id"], name=op.f(f"fk_integration_{column}_staff")
            )
            for column in ("staff_id", "made_by", "revoked_by")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_integration_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integration")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_integration_staff_id")),
        sa.UniqueConstraint("token", name=op.f("uq_integration_token")),
    )
    op.create_index("ix_integration_practice_id", "integration", ["practice_id"])
    op.create_table(
        "integration_use",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.Column("integration_id", WHOLE, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["integration_id"],
            ["integration.id"],
            name=op.f("fk_integration_use_integration_id_integration"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_integration_use_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integration_use")),
        sa.UniqueConstraint("integration_id", name=op.f("uq_integration_use_integration_id")),
    )


def _drop_integrations() -> None:
    """Take them away."""
    op.drop_table("integration_use")
    op.drop_index("ix_integration_practice_id", table_name="integration")
    op.drop_table("integration")


def _make_drills() -> None:
    """Make their tables."""
    op.create_table(
        "drill",
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("drill", sa.String(length=200), nullable=False),
        sa.Column("edition", WHOLE, nullable=False),
        sa.Column("cuff_type", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("figures", PLAIN, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_drill_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_drill_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill")),
    )
    op.create_index("ix_drill_staff_id_at", "drill", ["staff_id", "at"])
    op.create_table(
        "drill_rule",
        sa.Column("cuff_type", sa.String(length=200), nullable=False),
        sa.Column("drills", PLAIN, nullable=False),
        sa.Column("days", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_drill_rule_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_rule")),
        sa.UniqueConstraint(
            "practice_id", "cuff_type", name=op.f("uq_drill_rule_practice_id_cuff_type")
        ),
    )


def _drop_drills() -> None:
    """Take them away."""
    op.drop_table("drill_rule")
    op.drop_index("ix_drill_staff_id_at", table_name="drill")
    op.drop_table("drill")


def _make_programs() -> None:
    """Make their table."""
    op.create_table(
        "written_program",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=60000), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=10000), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", WHOLE, nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", WHOLE, nullable=True),
        sa.Column("tried", PLAIN, nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_by", WHOLE, nullable=True),
        sa.Column("retired_why", sa.String(length=10000), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{one}_by"], ["staff.id"], name=op.f(f"fk_written_program_{one}_by_staff")
            )
            for one in ("written", "released", "retired")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_written_program_practice_id_practice"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_program")),
        sa.UniqueConstraint(
            "practice_id",
            "name",
            "number",
            name=op.f("uq_written_program_practice_id_name_number"),
        ),
    )
    op.create_index(
        "uq_written_program_released",
        "written_program",
        ["practice_id", "name"],
        unique=True,
        sqlite_where=RELEASED,
        postgresql_where=RELEASED,
    )


def _drop_programs() -> None:
    """Take it away."""
    op.drop_index("uq_written_program_released", table_name="written_program")
    op.drop_table("written_program")


def _make_people() -> None:
    """Make the table and add the columns, which may be empty."""
    op.create_table(
        "recovery_code",
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_recovery_code_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_recovery_code_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_staff_id", "recovery_code", ["staff_id"], unique=False)
    for name, kind in REMOVED:
        op.add_column("photograph", sa.Column(name, kind, nullable=True))


def _drop_people() -> None:
    """Take them away again."""
    for name, _ in REMOVED:
        op.drop_column("photograph", name)
    op.drop_index("ix_recovery_code_staff_id", table_name="recovery_code")
    op.drop_table("recovery_code")


def upgrade() -> None:
    """Make all of it."""
    _make_comfort()
    _make_integrations()
    _make_drills()
    _make_programs()
    _make_people()


def downgrade() -> None:
    """Take all of it away."""
    _drop_people()
    _drop_programs()
    _drop_drills()
    _drop_integrations()
    _drop_comfort()
