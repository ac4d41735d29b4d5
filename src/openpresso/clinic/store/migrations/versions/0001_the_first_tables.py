"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

PLAIN = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


LIVE = "'booked', 'arrived', 'done'"
"""States in which an appointment holds its time."""
HELD = (
    ("client_id", "ends"),
    ("staff_id", "ends"),
    ("room_id", "busy_until"),
    ("cuff_set_id", "busy_until"),
)
"""What it holds, and until when."""
HOURS = 6
"""Nothing is held longer [h], so that overlaps are looked for in a short stretch of an index."""


def exclusions() -> list[str]:
    """Return what PostgreSQL needs so that no two appointments overlap."""
    return [
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        (
            "ALTER TABLE appointment ADD CONSTRAINT ck_appointment_span "
            f"CHECK (busy_until <= starts + interval '{HOURS} hours')"
        ),
        *(
            f"ALTER TABLE appointment ADD CONSTRAINT ex_appointment_{column} EXCLUDE USING gist "
            f"({column} WITH =, tstzrange(starts, {until}) WITH &&) WHERE (state IN ({LIVE}))"
            for column, until in HELD
        ),
    ]


def triggers() -> list[str]:
    """Return what SQLite needs so that no two appointments overlap."""
    long = (
        "SELECT RAISE(ABORT, 'ck_appointment_span') WHERE NEW.busy_until > "
        f"strftime('%Y-%m-%d %H:%M:%f000', NEW.starts, '+{HOURS} hours');"
    )
    overlaps = " ".join(
        f"SELECT RAISE(ABORT, 'ex_appointment_{column}') "  # noqa: S608 -- our own names
        f"WHERE EXISTS (SELECT 1 FROM appointment WHERE {column} = NEW.{column} "
        f"AND id IS NOT NEW.id AND state IN ({LIVE}) "
        f"AND starts < NEW.{until} AND {until} > NEW.starts "
        f"AND starts > strftime('%Y-%m-%d %H:%M:%f000', NEW.starts, '-{HOURS} hours'));"
        for column, until in HELD
    )
    columns = ", ".join(("state", "starts", "ends", "busy_until", *(one for one, _ in HELD)))
    return [
        f"CREATE TRIGGER tr_appointment_{name} BEFORE {event} ON appointment "
        f"WHEN NEW.state IN ({LIVE}) BEGIN {long} {overlaps} END"
        for name, event in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}"))
    ]


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "audit_entry",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practice_id", WHOLE, nullable=True),
        sa.Column("staff_id", WHOLE, nullable=True),
        sa.Column("action", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("client_id", WHOLE, nullable=True),
        sa.Column("clients", PLAIN, nullable=False),
        sa.Column("rows", PLAIN, nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_client_id_at", "audit_entry", ["client_id", "at"], unique=False)
    op.create_index(
        "ix_audit_entry_practice_id_at", "audit_entry", ["practice_id", "at"], unique=False
    )
    op.create_index("ix_audit_entry_staff_id_id", "audit_entry", ["staff_id", "id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("count", WHOLE, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "practice",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("zone", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
    )
    op.create_table(
        "client",
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("given", sa.String(length=200), nullable=False),
        sa.Column("family", sa.String(length=200), nullable=False),
        sa.Column("search", sa.String(length=10000), nullable=False),
        sa.Column("born", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=10000), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=10000), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("merged_into", WHOLE, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["client.id"], name=op.f("fk_client_merged_into_client")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_client_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("practice_id", "number", name=op.f("uq_client_practice_id_number")),
    )
    op.create_index("ix_client_merged_into", "client", ["merged_into"], unique=False)
    op.create_index("ix_client_practice_id_born", "client", ["practice_id", "born"], unique=False)
    op.create_table(
        "consent_text",
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_consent_text_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
    )
    op.create_index(
        "ix_consent_text_practice_id_sha256",
        "consent_text",
        ["practice_id", "sha256"],
        unique=False,
    )
    op.create_table(
        "letterhead",
        sa.Column("address", sa.String(length=10000), nullable=False),
        sa.Column("phone", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("tax_number", sa.String(length=200), nullable=False),
        sa.Column("bank", sa.String(length=10000), nullable=False),
        sa.Column("tax_note", sa.String(length=10000), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_letterhead_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letterhead")),
        sa.UniqueConstraint("practice_id", name=op.f("uq_letterhead_practice_id")),
    )
    op.create_table(
        "opening",
        sa.Column("weekday", WHOLE, nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=10000), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.CheckConstraint(
            "(weekday IS NULL) <> (date IS NULL)", name=op.f("ck_opening_one_kind_of_day")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_opening_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
    op.create_index("ix_opening_practice_id_date", "opening", ["practice_id", "date"], unique=False)
    op.create_table(
        "package_offer",
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("terms", PLAIN, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_package_offer_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_offer")),
    )
    op.create_index(
        "ix_package_offer_practice_id_code",
        "package_offer",
        ["practice_id", "code", "valid_from"],
        unique=False,
    )
    op.create_table(
        "room",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_room_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("practice_id", "name", name=op.f("uq_room_practice_id_name")),
    )
    op.create_table(
        "sign_in_rule",
        sa.Column("idle_minutes", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_sign_in_rule_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_rule")),
        sa.UniqueConstraint("practice_id", name=op.f("uq_sign_in_rule_practice_id")),
    )
    op.create_table(
        "sign_in_try",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_sign_in_try_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_try")),
    )
    op.create_index(
        "ix_sign_in_try_lookup", "sign_in_try", ["practice_id", "login", "at"], unique=False
    )
    op.create_table(
        "staff",
        sa.Column("given", sa.String(length=200), nullable=False),
        sa.Column("family", sa.String(length=200), nullable=False),
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("roles", PLAIN, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("pin", sa.String(length=200), nullable=False),
        sa.Column("totp", sa.String(length=200), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_staff_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("practice_id", "login", name=op.f("uq_staff_practice_id_login")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_calendar_feed_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_calendar_feed_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_staff_id"), "calendar_feed", ["staff_id"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("cuff_type", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("drill", sa.String(length=200), nullable=False),
        sa.Column("issued_by", WHOLE, nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=10000), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["staff.id"], name=op.f("fk_certificate_issued_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_certificate_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_certificate_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    op.create_index(
        "ix_certificate_practice_id_expires_on",
        "certificate",
        ["practice_id", "expires_on"],
        unique=False,
    )
    op.create_index(
        "ix_certificate_staff_id_cuff_type", "certificate", ["staff_id", "cuff_type"], unique=False
    )
    op.create_table(
        "client_key",
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("wrapped", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_key_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_client_key_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_key")),
        sa.UniqueConstraint("client_id", name=op.f("uq_client_key_client_id")),
    )
    op.create_table(
        "client_merge",
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("merged_id", WHOLE, nullable=False),
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=10000), nullable=False),
        sa.Column("moved", PLAIN, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_merge_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["client.id"], name=op.f("fk_client_merge_merged_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_client_merge_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_client_merge_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_merge")),
    )
    op.create_index("ix_client_merge_client_id", "client_merge", ["client_id"], unique=False)
    op.create_table(
        "client_word",
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column(
            "word",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_word_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_client_word_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_word")),
        sa.UniqueConstraint(
            "client_id", "kind", "word", name=op.f("uq_client_word_client_id_kind_word")
        ),
    )
    op.create_index(
        "ix_client_word_lookup",
        "client_word",
        ["practice_id", "kind", "word", "client_id"],
        unique=False,
    )
    op.create_table(
        "consent",
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.Column("how", sa.String(length=200), nullable=False),
        sa.Column("witness", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=10000), nullable=False),
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_id", WHOLE, nullable=True),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_consent_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_consent_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_consent_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["text_id"], ["consent_text.id"], name=op.f("fk_consent_text_id_consent_text")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(
        "ix_consent_client_id_practice_id_id",
        "consent",
        ["client_id", "practice_id", "id"],
        unique=False,
    )
    op.create_table(
        "course",
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("indication", sa.String(length=200), nullable=False),
        sa.Column("program", sa.String(length=200), nullable=False),
        sa.Column("cuff", sa.String(length=200), nullable=False),
        sa.Column("template", sa.String(length=200), nullable=False),
        sa.Column("style", sa.String(length=200), nullable=False),
        sa.Column("planned", WHOLE, nullable=False),
        sa.Column("interval_days", WHOLE, nullable=False),
        sa.Column("minutes", sa.Double(), nullable=False),
        sa.Column("baselines", WHOLE, nullable=False),
        sa.Column("ends", WHOLE, nullable=False),
        sa.Column("follow_ups", PLAIN, nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("measure_side", sa.String(length=200), nullable=False),
        sa.Column("goal", PLAIN, nullable=False),
        sa.Column("order", PLAIN, nullable=False),
        sa.Column("margin", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=10000), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_course_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_course_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
    )
    op.create_index(
        "ix_course_client_id_created_at", "course", ["client_id", "created_at"], unique=False
    )
    op.create_index(
        "ix_course_practice_id_state_ended_on",
        "course",
        ["practice_id", "state", "ended_on"],
        unique=False,
    )
    op.create_table(
        "cuff_set",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("cuff_type", sa.String(length=200), nullable=False),
        sa.Column("left_serial", sa.String(length=200), nullable=False),
        sa.Column("right_serial", sa.String(length=200), nullable=False),
        sa.Column("room_id", WHOLE, nullable=True),
        sa.Column("cleaning_minutes", WHOLE, nullable=False),
        sa.Column("cleaned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calibrated_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_cuff_set_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_cuff_set_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cuff_set")),
        sa.UniqueConstraint("practice_id", "name", name=op.f("uq_cuff_set_practice_id_name")),
    )
    op.create_table(
        "erasure_request",
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("identity", sa.String(length=200), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("claim", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=10000), nullable=False),
        sa.Column("decided_by", WHOLE, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept", PLAIN, nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_erasure_request_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_erasure_request_decided_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_erasure_request_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
    )
    op.create_index("ix_erasure_request_client_id", "erasure_request", ["client_id"], unique=False)
    op.create_index(
        "ix_erasure_request_practice_id_due_on",
        "erasure_request",
        ["practice_id", "due_on"],
        unique=False,
    )
    op.create_table(
        "instrument_licence",
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("proof", sa.String(length=200), nullable=False),
        sa.Column("staff_id", WHOLE, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_instrument_licence_practice_id_practice"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_instrument_licence_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_licence")),
    )
    op.create_index(
        "ix_instrument_licence_practice_id_kind",
        "instrument_licence",
        ["practice_id", "kind"],
        unique=False,
    )
    op.create_table(
        "invoice",
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("year", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", WHOLE, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("corrects_id", WHOLE, nullable=True),
        sa.Column("reason", sa.String(length=10000), nullable=False),
        sa.Column("recipient", PLAIN, nullable=False),
        sa.Column("issuer", PLAIN, nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_invoice_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["invoice.id"], name=op.f("fk_invoice_corrects_id_invoice")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["staff.id"], name=op.f("fk_invoice_issued_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_invoice_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint(
            "practice_id", "year", "number", name=op.f("uq_invoice_practice_id_year_number")
        ),
    )
    op.create_index(
        "ix_invoice_client_id_issued_on", "invoice", ["client_id", "issued_on"], unique=False
    )
    op.create_index(op.f("ix_invoice_corrects_id"), "invoice", ["corrects_id"], unique=False)
    op.create_index(
        "ix_invoice_practice_id_issued_on", "invoice", ["practice_id", "issued_on"], unique=False
    )
    op.create_table(
        "password_code",
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_password_code_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_password_code_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_code")),
    )
    op.create_index("ix_password_code_staff_id", "password_code", ["staff_id"], unique=False)
    op.create_table(
        "price",
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("title", PLAIN, nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("tax", WHOLE, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", WHOLE, nullable=True),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_price_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_price_set_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price")),
    )
    op.create_index(
        "ix_price_practice_id_code", "price", ["practice_id", "code", "valid_from"], unique=False
    )
    op.create_table(
        "rater_check",
        sa.Column("rater_id", WHOLE, nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("values", PLAIN, nullable=False),
        sa.Column("apart", sa.Boolean(), nullable=False),
        sa.Column("sem", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("relative", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_rater_check_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["staff.id"], name=op.f("fk_rater_check_rater_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rater_check")),
    )
    op.create_index(
        "ix_rater_check_rater_id_kind_at", "rater_check", ["rater_id", "kind", "at"], unique=False
    )
    op.create_table(
        "screening",
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("rules", WHOLE, nullable=False),
        sa.Column("answers", PLAIN, nullable=False),
        sa.Column("answered_on", PLAIN, nullable=False),
        sa.Column("decision", PLAIN, nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_screening_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_screening_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_screening_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    op.create_index(
        "ix_screening_client_id_practice_id_id",
        "screening",
        ["client_id", "practice_id", "id"],
        unique=False,
    )
    op.create_table(
        "second_factor",
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("offered", sa.String(length=200), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_second_factor_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_second_factor_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_second_factor_staff_id")),
    )
    op.create_table(
        "sign_in",
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_sign_in_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sign_in_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token", name=op.f("uq_sign_in_token")),
    )
    op.create_index(
        "ix_sign_in_staff_id_ended_at", "sign_in", ["staff_id", "ended_at"], unique=False
    )
    op.create_table(
        "worth_input",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=10000), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", WHOLE, nullable=True),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_worth_input_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_worth_input_set_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worth_input")),
    )
    op.create_index(
        "ix_worth_input_practice_id_name",
        "worth_input",
        ["practice_id", "name", "set_at"],
        unique=False,
    )
    op.create_table(
        "appointment",
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("course_id", WHOLE, nullable=True),
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("room_id", WHOLE, nullable=False),
        sa.Column("cuff_set_id", WHOLE, nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("override", sa.String(length=10000), nullable=False),
        sa.Column("reason", sa.String(length=10000), nullable=False),
        sa.Column("note", sa.String(length=10000), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.CheckConstraint(
            "starts < ends AND ends <= busy_until", name=op.f("ck_appointment_times_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_appointment_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_appointment_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["cuff_set_id"], ["cuff_set.id"], name=op.f("fk_appointment_cuff_set_id_cuff_set")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_appointment_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_appointment_room_id_room")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_appointment_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(
        "ix_appointment_client_id_starts", "appointment", ["client_id", "starts"], unique=False
    )
    op.create_index("ix_appointment_course_id", "appointment", ["course_id"], unique=False)
    op.create_index(
        "ix_appointment_cuff_set_id_starts", "appointment", ["cuff_set_id", "starts"], unique=False
    )
    op.create_index(
        "ix_appointment_practice_id_starts", "appointment", ["practice_id", "starts"], unique=False
    )
    op.create_index(
        "ix_appointment_room_id_starts", "appointment", ["room_id", "starts"], unique=False
    )
    op.create_index(
        "ix_appointment_staff_id_starts", "appointment", ["staff_id", "starts"], unique=False
    )
    op.create_table(
        "course_outcome",
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("course_id", WHOLE, nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("side", sa.String(length=200), nullable=False),
        sa.Column("indication", sa.String(length=200), nullable=False),
        sa.Column("program", sa.String(length=200), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("baseline", sa.Double(), nullable=True),
        sa.Column("baselines", WHOLE, nullable=False),
        sa.Column("first", sa.Double(), nullable=True),
        sa.Column("end", sa.Double(), nullable=True),
        sa.Column("ends", WHOLE, nullable=False),
        sa.Column("change", sa.Double(), nullable=True),
        sa.Column("gain", sa.Double(), nullable=True),
        sa.Column("srd", sa.Double(), nullable=True),
        sa.Column("sem", sa.Double(), nullable=True),
        sa.Column("verdict", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("loss", sa.String(length=200), nullable=False),
        sa.Column("kept_days", WHOLE, nullable=False),
        sa.Column("lost_days", WHOLE, nullable=True),
        sa.Column("follow_ups", PLAIN, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_course_outcome_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_outcome_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_course_outcome_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_outcome")),
        sa.UniqueConstraint(
            "course_id", "kind", "side", name=op.f("uq_course_outcome_course_id_kind_side")
        ),
    )
    op.create_index(
        "ix_course_outcome_by_indication",
        "course_outcome",
        [
            "practice_id",
            "kind",
            "indication",
            "client_id",
            "course_id",
            "side",
            "ended_on",
            "verdict",
            "why",
            "change",
            "baseline",
            "first",
            "baselines",
            "sem",
        ],
        unique=False,
    )
    op.create_index(
        "ix_course_outcome_by_program",
        "course_outcome",
        [
            "practice_id",
            "kind",
            "program",
            "client_id",
            "course_id",
            "side",
            "ended_on",
            "verdict",
            "why",
            "change",
            "baseline",
            "first",
            "baselines",
            "sem",
        ],
        unique=False,
    )
    op.create_index("ix_course_outcome_client_id", "course_outcome", ["client_id"], unique=False)
    op.create_index(
        "ix_course_outcome_loss",
        "course_outcome",
        [
            "practice_id",
            "kind",
            "loss",
            "program",
            "indication",
            "kept_days",
            "lost_days",
            "side",
            "ended_on",
        ],
        unique=False,
    )
    op.create_table(
        "course_step",
        sa.Column("course_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("step", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("sessions", WHOLE, nullable=False),
        sa.Column("reason", sa.String(length=10000), nullable=False),
        sa.Column("staff_id", WHOLE, nullable=True),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_course_step_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_step_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_course_step_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_course_step_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_step")),
    )
    op.create_index(op.f("ix_course_step_client_id"), "course_step", ["client_id"], unique=False)
    op.create_index("ix_course_step_course_id_at", "course_step", ["course_id", "at"], unique=False)
    op.create_table(
        "package",
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("template", PLAIN, nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("single", sa.BigInteger(), nullable=False),
        sa.Column("bought_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("freezes", PLAIN, nullable=False),
        sa.Column("transfers", PLAIN, nullable=False),
        sa.Column("invoice_id", WHOLE, nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("return_reason", sa.String(length=10000), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_package_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_package_invoice_id_invoice")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_package_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
    )
    op.create_index(
        "ix_package_client_id_bought_on", "package", ["client_id", "bought_on"], unique=False
    )
    op.create_index(op.f("ix_package_invoice_id"), "package", ["invoice_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("invoice_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", WHOLE, nullable=True),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("void_reason", sa.String(length=10000), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_payment_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["staff.id"], name=op.f("fk_payment_entered_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_payment_invoice_id_invoice")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_payment_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_client_id"), "payment", ["client_id"], unique=False)
    op.create_index(op.f("ix_payment_invoice_id"), "payment", ["invoice_id"], unique=False)
    op.create_index(
        "ix_payment_practice_id_received_on",
        "payment",
        ["practice_id", "received_on"],
        unique=False,
    )
    op.create_table(
        "photograph",
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("course_id", WHOLE, nullable=True),
        sa.Column("staff_id", WHOLE, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("view", sa.String(length=200), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("small", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_photograph_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_photograph_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_photograph_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_photograph_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photograph")),
    )
    op.create_index("ix_photograph_client_id_at", "photograph", ["client_id", "at"], unique=False)
    op.create_table(
        "screening_override",
        sa.Column("screening_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("leg", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=10000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_screening_override_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_screening_override_practice_id_practice"),
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"],
            ["screening.id"],
            name=op.f("fk_screening_override_screening_id_screening"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_screening_override_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_override")),
    )
    op.create_index(
        "ix_screening_override_client_id_practice_id",
        "screening_override",
        ["client_id", "practice_id"],
        unique=False,
    )
    op.create_index(
        "ix_screening_override_screening_id_practice_id",
        "screening_override",
        ["screening_id", "practice_id"],
        unique=False,
    )
    op.create_table(
        "waiting",
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("course_id", WHOLE, nullable=True),
        sa.Column("cuff_type", sa.String(length=200), nullable=False),
        sa.Column("minutes", WHOLE, nullable=False),
        sa.Column("weekdays", PLAIN, nullable=False),
        sa.Column("earliest", sa.Time(), nullable=False),
        sa.Column("latest", sa.Time(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offer", PLAIN, nullable=False),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_waiting_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_waiting_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_waiting_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
    )
    op.create_index("ix_waiting_client_id", "waiting", ["client_id"], unique=False)
    op.create_index(
        "ix_waiting_practice_id_state_cuff_type",
        "waiting",
        ["practice_id", "state", "cuff_type"],
        unique=False,
    )
    op.create_table(
        "message",
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=True),
        sa.Column("appointment_id", WHOLE, nullable=True),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("to", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=10000), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useless_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=10000), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_message_appointment_id_appointment"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_message_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_message_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_appointment_id", "message", ["appointment_id"], unique=False)
    op.create_index("ix_message_client_id_due_at", "message", ["client_id", "due_at"], unique=False)
    op.create_index(
        "ix_message_practice_id_state_due_at",
        "message",
        ["practice_id", "state", "due_at"],
        unique=False,
    )
    op.create_table(
        "session",
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("course_id", WHOLE, nullable=False),
        sa.Column("appointment_id", WHOLE, nullable=True),
        sa.Column("technician_id", WHOLE, nullable=False),
        sa.Column("cuff_set_id", WHOLE, nullable=False),
        sa.Column("program", sa.String(length=200), nullable=False),
        sa.Column("legs", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Double(), nullable=False),
        sa.Column("ceiling", sa.Double(), nullable=False),
        sa.Column("ceiling_reason", sa.String(length=10000), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", PLAIN, nullable=False),
        sa.Column("record_id", sa.String(length=200), nullable=False),
        sa.Column("record_hash", sa.String(length=200), nullable=False),
        sa.Column("delivered", PLAIN, nullable=False),
        sa.Column("after", PLAIN, nullable=False),
        sa.Column("end_reason", sa.String(length=10000), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_session_appointment_id_appointment"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_session_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_session_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["cuff_set_id"], ["cuff_set.id"], name=op.f("fk_session_cuff_set_id_cuff_set")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_session_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["staff.id"], name=op.f("fk_session_technician_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index("ix_session_appointment_id", "session", ["appointment_id"], unique=False)
    op.create_index(
        "ix_session_client_id_started_at", "session", ["client_id", "started_at"], unique=False
    )
    op.create_index(
        "ix_session_course_id_started_at", "session", ["course_id", "started_at"], unique=False
    )
    op.create_index(
        "ix_session_cuff_set_id_started_at", "session", ["cuff_set_id", "started_at"], unique=False
    )
    op.create_index(
        "ix_session_practice_id_prepared_at",
        "session",
        ["practice_id", "prepared_at"],
        unique=False,
    )
    op.create_index(
        "ix_session_unfinished",
        "session",
        ["practice_id", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('prepared', 'running')"),
        postgresql_where=sa.text("state IN ('prepared', 'running')"),
    )
    op.create_index(
        "uq_session_record_hash",
        "session",
        ["practice_id", "record_hash"],
        unique=True,
        sqlite_where=sa.text("record_hash <> ''"),
        postgresql_where=sa.text("record_hash <> ''"),
    )
    op.create_index(
        "uq_session_running_client_id",
        "session",
        ["client_id"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "uq_session_running_cuff_set_id",
        "session",
        ["cuff_set_id"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "adverse_event",
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("session_id", WHOLE, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=10000), nullable=False),
        sa.Column("actions", sa.String(length=10000), nullable=False),
        sa.Column("entered_by", WHOLE, nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", WHOLE, nullable=True),
        sa.Column("review", sa.String(length=10000), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_adverse_event_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["staff.id"], name=op.f("fk_adverse_event_entered_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_adverse_event_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["staff.id"], name=op.f("fk_adverse_event_reviewed_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_adverse_event_session_id_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_event")),
    )
    op.create_index(
        "ix_adverse_event_client_id_at", "adverse_event", ["client_id", "at"], unique=False
    )
    op.create_index(
        "ix_adverse_event_practice_id_at", "adverse_event", ["practice_id", "at"], unique=False
    )
    op.create_index("ix_adverse_event_session_id", "adverse_event", ["session_id"], unique=False)
    op.create_table(
        "credit_use",
        sa.Column("package_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("session_id", WHOLE, nullable=True),
        sa.Column("appointment_id", WHOLE, nullable=True),
        sa.Column("program", sa.String(length=200), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_back_on", sa.Date(), nullable=True),
        sa.Column("give_back_reason", sa.String(length=10000), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_credit_use_appointment_id_appointment"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_credit_use_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["package_id"], ["package.id"], name=op.f("fk_credit_use_package_id_package")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_credit_use_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_credit_use_session_id_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_use")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_credit_use_appointment_id")),
        sa.UniqueConstraint("session_id", name=op.f("uq_credit_use_session_id")),
    )
    op.create_index(op.f("ix_credit_use_client_id"), "credit_use", ["client_id"], unique=False)
    op.create_index(op.f("ix_credit_use_package_id"), "credit_use", ["package_id"], unique=False)
    op.create_index(
        "ix_credit_use_practice_id_used_on", "credit_use", ["practice_id", "used_on"], unique=False
    )
    op.create_table(
        "invoice_line",
        sa.Column("invoice_id", WHOLE, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("quantity", WHOLE, nullable=False),
        sa.Column("unit", sa.BigInteger(), nullable=False),
        sa.Column("rate", WHOLE, nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("price_id", WHOLE, nullable=True),
        sa.Column("session_id", WHOLE, nullable=True),
        sa.Column("appointment_id", WHOLE, nullable=True),
        sa.Column("corrects_id", WHOLE, nullable=True),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_invoice_line_appointment_id_appointment"),
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["invoice_line.id"],
            name=op.f("fk_invoice_line_corrects_id_invoice_line"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id_invoice")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_invoice_line_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["price_id"], ["price.id"], name=op.f("fk_invoice_line_price_id_price")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_invoice_line_session_id_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
    )
    op.create_index(
        op.f("ix_invoice_line_appointment_id"), "invoice_line", ["appointment_id"], unique=False
    )
    op.create_index(
        op.f("ix_invoice_line_corrects_id"), "invoice_line", ["corrects_id"], unique=False
    )
    op.create_index(
        op.f("ix_invoice_line_invoice_id"), "invoice_line", ["invoice_id"], unique=False
    )
    op.create_index(
        op.f("ix_invoice_line_session_id"), "invoice_line", ["session_id"], unique=False
    )
    op.create_table(
        "measurement",
        sa.Column("practice_id", WHOLE, nullable=False),
        sa.Column("client_id", WHOLE, nullable=False),
        sa.Column("course_id", WHOLE, nullable=True),
        sa.Column("session_id", WHOLE, nullable=True),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("side", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rater_id", WHOLE, nullable=True),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("detail", PLAIN, nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("void_reason", sa.String(length=10000), nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_measurement_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_measurement_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_measurement_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["staff.id"], name=op.f("fk_measurement_rater_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_measurement_session_id_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
    )
    op.create_index(
        "ix_measurement_client_id_kind_side_at",
        "measurement",
        ["client_id", "kind", "side", "at"],
        unique=False,
    )
    op.create_index(
        "ix_measurement_course_id_kind_side_at",
        "measurement",
        ["course_id", "kind", "side", "at"],
        unique=False,
    )
    op.create_index("ix_measurement_session_id", "measurement", ["session_id"], unique=False)
    bind = op.get_bind()
    for statement in exclusions() if bind.dialect.name == "postgresql" else triggers():
        bind.exec_driver_sql(statement)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_measurement_session_id", table_name="measurement")
    op.drop_index("ix_measurement_course_id_kind_side_at", table_name="measurement")
    op.drop_index("ix_measurement_client_id_kind_side_at", table_name="measurement")
    op.drop_table("measurement")
    op.drop_index(op.f("ix_invoice_line_session_id"), table_name="invoice_line")
    op.drop_index(op.f("ix_invoice_line_invoice_id"), table_name="invoice_line")
    op.drop_index(op.f("ix_invoice_line_corrects_id"), table_name="invoice_line")
    op.drop_index(op.f("ix_invoice_line_appointment_id"), table_name="invoice_line")
    op.drop_table("invoice_line")
    op.drop_index("ix_credit_use_practice_id_used_on", table_name="credit_use")
    op.drop_index(op.f("ix_credit_use_package_id"), table_name="credit_use")
    op.drop_index(op.f("ix_credit_use_client_id"), table_name="credit_use")
    op.drop_table("credit_use")
    op.drop_index("ix_adverse_event_session_id", table_name="adverse_event")
    op.drop_index("ix_adverse_event_practice_id_at", table_name="adverse_event")
    op.drop_index("ix_adverse_event_client_id_at", table_name="adverse_event")
    op.drop_table("adverse_event")
    op.drop_index(
        "uq_session_running_cuff_set_id",
        table_name="session",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index(
        "uq_session_running_client_id",
        table_name="session",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index(
        "uq_session_record_hash",
        table_name="session",
        sqlite_where=sa.text("record_hash <> ''"),
        postgresql_where=sa.text("record_hash <> ''"),
    )
    op.drop_index(
        "ix_session_unfinished",
        table_name="session",
        sqlite_where=sa.text("state IN ('prepared', 'running')"),
        postgresql_where=sa.text("state IN ('prepared', 'running')"),
    )
    op.drop_index("ix_session_practice_id_prepared_at", table_name="session")
    op.drop_index("ix_session_cuff_set_id_started_at", table_name="session")
    op.drop_index("ix_session_course_id_started_at", table_name="session")
    op.drop_index("ix_session_client_id_started_at", table_name="session")
    op.drop_index("ix_session_appointment_id", table_name="session")
    op.drop_table("session")
    op.drop_index("ix_message_practice_id_state_due_at", table_name="message")
    op.drop_index("ix_message_client_id_due_at", table_name="message")
    op.drop_index("ix_message_appointment_id", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_waiting_practice_id_state_cuff_type", table_name="waiting")
    op.drop_index("ix_waiting_client_id", table_name="waiting")
    op.drop_table("waiting")
    op.drop_index("ix_screening_override_screening_id_practice_id", table_name="screening_override")
    op.drop_index("ix_screening_override_client_id_practice_id", table_name="screening_override")
    op.drop_table("screening_override")
    op.drop_index("ix_photograph_client_id_at", table_name="photograph")
    op.drop_table("photograph")
    op.drop_index("ix_payment_practice_id_received_on", table_name="payment")
    op.drop_index(op.f("ix_payment_invoice_id"), table_name="payment")
    op.drop_index(op.f("ix_payment_client_id"), table_name="payment")
    op.drop_table("payment")
    op.drop_index(op.f("ix_package_invoice_id"), table_name="package")
    op.drop_index("ix_package_client_id_bought_on", table_name="package")
    op.drop_table("package")
    op.drop_index("ix_course_step_course_id_at", table_name="course_step")
    op.drop_index(op.f("ix_course_step_client_id"), table_name="course_step")
    op.drop_table("course_step")
    op.drop_index("ix_course_outcome_loss", table_name="course_outcome")
    op.drop_index("ix_course_outcome_client_id", table_name="course_outcome")
    op.drop_index("ix_course_outcome_by_program", table_name="course_outcome")
    op.drop_index("ix_course_outcome_by_indication", table_name="course_outcome")
    op.drop_table("course_outcome")
    op.drop_index("ix_appointment_staff_id_starts", table_name="appointment")
    op.drop_index("ix_appointment_room_id_starts", table_name="appointment")
    op.drop_index("ix_appointment_practice_id_starts", table_name="appointment")
    op.drop_index("ix_appointment_cuff_set_id_starts", table_name="appointment")
    op.drop_index("ix_appointment_course_id", table_name="appointment")
    op.drop_index("ix_appointment_client_id_starts", table_name="appointment")
    op.drop_table("appointment")
    op.drop_index("ix_worth_input_practice_id_name", table_name="worth_input")
    op.drop_table("worth_input")
    op.drop_index("ix_sign_in_staff_id_ended_at", table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_table("second_factor")
    op.drop_index("ix_screening_client_id_practice_id_id", table_name="screening")
    op.drop_table("screening")
    op.drop_index("ix_rater_check_rater_id_kind_at", table_name="rater_check")
    op.drop_table("rater_check")
    op.drop_index("ix_price_practice_id_code", table_name="price")
    op.drop_table("price")
    op.drop_index("ix_password_code_staff_id", table_name="password_code")
    op.drop_table("password_code")
    op.drop_index("ix_invoice_practice_id_issued_on", table_name="invoice")
    op.drop_index(op.f("ix_invoice_corrects_id"), table_name="invoice")
    op.drop_index("ix_invoice_client_id_issued_on", table_name="invoice")
    op.drop_table("invoice")
    op.drop_index("ix_instrument_licence_practice_id_kind", table_name="instrument_licence")
    op.drop_table("instrument_licence")
    op.drop_index("ix_erasure_request_practice_id_due_on", table_name="erasure_request")
    op.drop_index("ix_erasure_request_client_id", table_name="erasure_request")
    op.drop_table("erasure_request")
    op.drop_table("cuff_set")
    op.drop_index("ix_course_practice_id_state_ended_on", table_name="course")
    op.drop_index("ix_course_client_id_created_at", table_name="course")
    op.drop_table("course")
    op.drop_index("ix_consent_client_id_practice_id_id", table_name="consent")
    op.drop_table("consent")
    op.drop_index("ix_client_word_lookup", table_name="client_word")
    op.drop_table("client_word")
    op.drop_index("ix_client_merge_client_id", table_name="client_merge")
    op.drop_table("client_merge")
    op.drop_table("client_key")
    op.drop_index("ix_certificate_staff_id_cuff_type", table_name="certificate")
    op.drop_index("ix_certificate_practice_id_expires_on", table_name="certificate")
    op.drop_table("certificate")
    op.drop_index(op.f("ix_calendar_feed_staff_id"), table_name="calendar_feed")
    op.drop_table("calendar_feed")
    op.drop_table("staff")
    op.drop_index("ix_sign_in_try_lookup", table_name="sign_in_try")
    op.drop_table("sign_in_try")
    op.drop_table("sign_in_rule")
    op.drop_table("room")
    op.drop_index("ix_package_offer_practice_id_code", table_name="package_offer")
    op.drop_table("package_offer")
    op.drop_index("ix_opening_practice_id_date", table_name="opening")
    op.drop_table("opening")
    op.drop_table("letterhead")
    op.drop_index("ix_consent_text_practice_id_sha256", table_name="consent_text")
    op.drop_table("consent_text")
    op.drop_index("ix_client_practice_id_born", table_name="client")
    op.drop_index("ix_client_merged_into", table_name="client")
    op.drop_table("client")
    op.drop_table("practice")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_entry_staff_id_id", table_name="audit_entry")
    op.drop_index("ix_audit_entry_practice_id_at", table_name="audit_entry")
    op.drop_index("ix_audit_entry_client_id_at", table_name="audit_entry")
    op.drop_table("audit_entry")
