"""The ceremony of signing: order, delegation, paper, trust provider; a document that left signing says how."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ENDS = ("taken_back", "declined", "expired", "voided")
ORDERS = ("in_turn", "municipalities_together")
SIGNING_DAYS = 60
# Plain ADD COLUMN: a rebuilt table would lose the triggers that keep `signature` append-only.
COLUMNS = {
    "agreement": (("signing_order", f"VARCHAR(40) DEFAULT 'in_turn' NOT NULL {{word}} IN {ORDERS})"),),
    "agreement_party": (("mandate_limit", "BIGINT"),),
    "document": (
        ("ended_as", f"VARCHAR(40) {{word}} IN {ENDS})"), ("ended_at", "{instant}"),
        ("ended_by_id", "INTEGER {person}"), ("ended_reason", "TEXT DEFAULT '' NOT NULL"),
    ),
    "signature": (
        ("signed_in_how", "VARCHAR(40) DEFAULT 'password' NOT NULL"), ("hash_after", "VARCHAR(64) DEFAULT '' NOT NULL"),
        ("delegated_by_id", "INTEGER {person}"), ("scan_file_id", "INTEGER {stored_file}"),
        ("attested_by_id", "INTEGER {person}"), ("attested_at", "{instant}"),
        ("signature_file_id", "INTEGER {stored_file}"), ("certificate_sha256", "VARCHAR(64) DEFAULT '' NOT NULL"),
        ("provider_reference", "VARCHAR(100) DEFAULT '' NOT NULL"),
    ),
}  # fmt: skip
TABLES = ("trust_transaction", "signature_scan", "signing_delegation", "signing_reminder", "signing_view")
WORDS = {"signing_order": "signingorder", "ended_as": "documentend"}


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, columns in COLUMNS.items():
        for name, kind in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {_spelled(table, name, kind, postgres)}")
    _views_and_reminders()
    _delegations()
    _scans()
    _transactions()
    _say_how_documents_ended()
    _begin_deadlines()


def downgrade() -> None:
    op.execute("DELETE FROM reminder WHERE deadline_id IN (SELECT id FROM deadline WHERE machine = 'agreement')")
    op.execute("DELETE FROM deadline WHERE machine = 'agreement'")
    for table in TABLES:
        op.drop_table(table)
    for table, columns in COLUMNS.items():
        for name, _kind in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")


def _spelled(table: str, name: str, kind: str, postgres: bool) -> str:
    refers = {to: f"CONSTRAINT fk_{table}_{name}_{to} REFERENCES {to} (id)" for to in ("person", "stored_file")}
    word = f"CONSTRAINT ck_{table}_word_{WORDS.get(name, '')} CHECK ({name}"
    return kind.format(instant="TIMESTAMP WITH TIME ZONE" if postgres else "DATETIME", word=word, **refers)


def _at(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int | None = None) -> sa.Column:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _key(table: str, name: str, to: str, *, nullable: bool = False) -> sa.Column:
    refers = sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{name}_{to}")
    return sa.Column(name, sa.Integer(), refers, nullable=nullable)


def _of_document(table: str, *people: str, party: bool = True) -> list[sa.schema.SchemaItem]:
    """What every row of the ceremony begins with."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _key(table, "document_id", "document"),
        *([_key(table, "party_id", "agreement_party")] if party else []),
        *(_key(table, name, "person") for name in people),
    ]


def _views_and_reminders() -> None:
    op.create_table(
        "signing_view", *_of_document("signing_view", "person_id"), _at("viewed_at"),
        sa.UniqueConstraint("document_id", "party_id", "person_id", name="uq_signing_view_document_id_party_id_person_id"),
    )  # fmt: skip
    op.create_table(
        "signing_reminder", *_of_document("signing_reminder", "person_id", party=False),
        sa.Column("sent_on", sa.Date(), nullable=False), _at("sent_at"),
        sa.UniqueConstraint("document_id", "sent_on", name="uq_signing_reminder_document_id_sent_on"),
    )  # fmt: skip


def _delegations() -> None:
    op.create_table(
        "signing_delegation", *_of_document("signing_delegation", "giver_id", "receiver_id"), _text("capacity", 200),
        _text("mandate_act", 300), _text("mandate_number", 100), sa.Column("mandate_date", sa.Date(), nullable=False),
        _at("given_at"),
        sa.UniqueConstraint("document_id", "party_id", name="uq_signing_delegation_document_id_party_id"),
        sa.UniqueConstraint("document_id", "receiver_id", name="uq_signing_delegation_document_id_receiver_id"),
        sa.CheckConstraint("giver_id <> receiver_id", name=op.f("ck_signing_delegation_another")),
    )  # fmt: skip


def _scans() -> None:
    op.create_table(
        "signature_scan", *_of_document("signature_scan", "person_id", "uploaded_by_id"),
        _key("signature_scan", "file_id", "stored_file"), sa.Column("signed_on", sa.Date(), nullable=False),
        _at("uploaded_at"), _key("signature_scan", "settled_by_id", "person", nullable=True),
        _at("settled_at", nullable=True), sa.Column("attested", sa.Boolean(), nullable=True), _text("reason"),
        sa.CheckConstraint("(settled_at IS NULL) = (attested IS NULL)", name=op.f("ck_signature_scan_settled")),
        sa.CheckConstraint(
            "settled_by_id <> uploaded_by_id AND settled_by_id <> person_id", name=op.f("ck_signature_scan_four_eyes")
        ),
    )  # fmt: skip
    op.create_index("ix_signature_scan_document_id", "signature_scan", ["document_id"])
    waiting = sa.text("settled_at IS NULL")
    op.create_index(
        "uq_signature_scan_waiting", "signature_scan", ["document_id", "party_id"], unique=True, sqlite_where=waiting,
        postgresql_where=waiting,
    )  # fmt: skip


def _transactions() -> None:
    op.create_table(
        "trust_transaction", *_of_document("trust_transaction", "person_id"), _text("reference", 100),
        _text("document_sha256", 64), _text("consent"), _text("consent_version", 20), _text("language", 10),
        _at("begun_at"), _at("finished_at", nullable=True),
        sa.UniqueConstraint("reference", name="uq_trust_transaction_reference"),
    )  # fmt: skip


def _say_how_documents_ended() -> None:
    """A document that is no longer out for signature was taken back, or cancelled with its agreement."""
    for state, how in (("draft", "taken_back"), ("voided", "voided")):
        op.execute(
            sa.text(
                "UPDATE document SET ended_as = :how, ended_at = (SELECT a.state_since FROM agreement a"
                " WHERE a.issued_document_id = document.id) WHERE id IN"
                " (SELECT issued_document_id FROM agreement WHERE state = :state AND issued_document_id IS NOT NULL)"
            ).bindparams(how=how, state=state)
        )


def _begin_deadlines() -> None:
    """What is out for signature already gets the whole time from now on."""
    now = datetime.now(UTC)
    connection = op.get_bind()
    deadline = sa.table(
        "deadline", sa.column("machine", sa.String), sa.column("case_id", sa.Integer), sa.column("trigger", sa.String),
        sa.column("due_at", sa.DateTime(timezone=True)), sa.column("created_at", sa.DateTime(timezone=True)),
    )  # fmt: skip
    for (case_id,) in connection.execute(sa.text("SELECT id FROM agreement WHERE state = 'issued'")).all():
        connection.execute(
            deadline.insert().values(
                machine="agreement", case_id=case_id, trigger="expire", created_at=now,
                due_at=now + timedelta(days=SIGNING_DAYS + 1),
            )
        )  # fmt: skip
