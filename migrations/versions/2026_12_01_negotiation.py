"""Negotiation: comments on articles, special clauses with an approval of their text, approvals of a version's bytes.

The free text of special terms, and lines that were added to the decision's conditions, become special clauses of the
agreements that can still change. What is in force keeps its words.
"""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = ("draft", "issued")


def upgrade() -> None:
    _comments()
    _clauses()
    _approvals()
    _append_only()
    _carry_over()


def downgrade() -> None:
    _give_back()
    op.drop_table("version_approval")
    op.drop_index("uq_special_clause_live", table_name="special_clause")
    op.drop_table("special_clause")
    op.drop_table("article_comment")


def _comments() -> None:
    op.create_table(
        "article_comment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("agreement_id", sa.Integer(), sa.ForeignKey("agreement.id"), nullable=False),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("document.id"), nullable=False),
        sa.Column("article", sa.String(60), nullable=False),
        sa.Column("article_label", sa.String(200), nullable=False),
        sa.Column("reply_to_id", sa.Integer(), sa.ForeignKey("article_comment.id")),
        sa.Column("is_objection", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("organisation_id", sa.Integer(), sa.ForeignKey("organisation.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.Column("resolved_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.CheckConstraint("(resolved_at IS NULL) = (resolved_by_id IS NULL)", name="resolved"),
        sa.CheckConstraint("reply_to_id IS NULL OR (resolved_at IS NULL AND NOT is_objection)", name="reply"),
    )
    op.create_index("ix_article_comment_agreement_id", "article_comment", ["agreement_id"])
    op.create_index("ix_article_comment_reply_to_id", "article_comment", ["reply_to_id"])


def _clauses() -> None:
    states, effects = "'proposed', 'approved', 'rejected', 'withdrawn', 'replaced'", "'supplements', 'replaces'"
    op.create_table(
        "special_clause",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("agreement_id", sa.Integer(), sa.ForeignKey("agreement.id"), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("article", sa.String(60), nullable=False),
        sa.Column("article_label", sa.String(200), nullable=False),
        sa.Column("effect", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_sha256", sa.String(64)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), sa.ForeignKey("special_clause.id")),
        sa.CheckConstraint(f"effect IN ({effects})", name="word_clauseeffect"),
        sa.CheckConstraint(f"state IN ({states})", name="word_clausestate"),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL) AND (decided_by_id IS NULL) = (decided_sha256 IS NULL)",
            name="decided",
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'rejected') OR decided_by_id IS NOT NULL", name="decided_by_somebody"
        ),
        sa.CheckConstraint("state <> 'proposed' OR decided_by_id IS NULL", name="proposed_is_open"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name="four_eyes"),
        sa.CheckConstraint("decided_sha256 IS NULL OR decided_sha256 = sha256", name="decided_on_this_text"),
    )
    op.create_index("ix_special_clause_agreement_id", "special_clause", ["agreement_id"])
    live = sa.text("state IN ('proposed', 'approved')")
    op.create_index(
        "uq_special_clause_live", "special_clause", ["agreement_id", "number"], unique=True, sqlite_where=live,
        postgresql_where=live,
    )  # fmt: skip


def _approvals() -> None:
    op.create_table(
        "version_approval",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("document.id"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("party_id", sa.Integer(), sa.ForeignKey("agreement_party.id")),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('checked', 'agreed')", name="word_approvalkind"),
        sa.CheckConstraint("(kind = 'agreed') = (party_id IS NOT NULL)", name="for_a_party"),
        sa.UniqueConstraint("document_id", "party_id"),
        sa.UniqueConstraint("document_id", "kind", "person_id"),
    )
    op.create_index("ix_version_approval_document_id", "version_approval", ["document_id"])


def _append_only() -> None:
    """As `signature` in 0002: an approval is never changed, and never replaced on SQLite."""
    table = "version_approval"
    if op.get_bind().dialect.name == "postgresql":
        for event in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} FOR EACH ROW"
                " EXECUTE FUNCTION refuse_change()"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            " EXECUTE FUNCTION refuse_change()"
        )
        return
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} BEGIN {refuse}; END")
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = new.id"
        f" OR (document_id = new.document_id AND party_id = new.party_id)"
        f" OR (document_id = new.document_id AND kind = new.kind AND person_id = new.person_id)) BEGIN {refuse}; END"
    )


# --- the words that were there ------------------------------------------------------------------------------------

AGREEMENT = sa.table(
    "agreement", sa.column("id", sa.Integer), sa.column("application_id", sa.Integer), sa.column("state", sa.String),
    sa.column("conditions", sa.Text), sa.column("special_terms", sa.Text),
)  # fmt: skip
CLAUSE = sa.table(
    "special_clause", sa.column("id", sa.Integer), sa.column("agreement_id", sa.Integer),
    sa.column("number", sa.Integer), sa.column("article", sa.String), sa.column("article_label", sa.String),
    sa.column("effect", sa.String), sa.column("title", sa.String), sa.column("text", sa.Text),
    sa.column("language", sa.String), sa.column("sha256", sa.String), sa.column("state", sa.String),
    sa.column("proposed_by_id", sa.Integer), sa.column("proposed_at", sa.DateTime(timezone=True)),
    sa.column("reason", sa.Text),
)  # fmt: skip
DECIDED = sa.text(
    "SELECT conditions FROM decision WHERE application_id = :number AND outcome = 'approved'"
    " AND settled_at IS NOT NULL AND replaced_at IS NULL ORDER BY id DESC"
)
MANAGER = sa.text("SELECT manager_id FROM application WHERE id = :number")


def _carry_over() -> None:
    bind = op.get_bind()
    open_ = sa.select(AGREEMENT).where(AGREEMENT.c.state.in_(OPEN)).order_by(AGREEMENT.c.id)
    for row in bind.execute(open_).mappings().all():
        decided = _lines(bind.execute(DECIDED, {"number": row["application_id"]}).scalar() or "")
        added = [line for line in _lines(row["conditions"]) if line not in decided]
        special = _lines(row["special_terms"])
        manager = bind.execute(MANAGER, {"number": row["application_id"]}).scalar()
        carried = [*added, *special]
        for number, line in enumerate(carried, 1):
            bind.execute(sa.insert(CLAUSE).values(_clause(row["id"], number, line, manager)))
        if carried:
            kept = "\n".join(line for line in _lines(row["conditions"]) if line not in added)
            change = sa.update(AGREEMENT).where(AGREEMENT.c.id == row["id"])
            bind.execute(change.values(conditions=kept, special_terms=""))


def _clause(agreement: int, number: int, line: str, manager: int | None) -> dict[str, object]:
    said = json.dumps(["", "supplements", "", line, "en"], ensure_ascii=False)
    return {
        "agreement_id": agreement, "number": number, "article": "", "article_label": "", "effect": "supplements",
        "title": "", "text": line, "language": "en", "sha256": hashlib.sha256(said.encode()).hexdigest(),
        "state": "proposed", "proposed_by_id": manager, "proposed_at": datetime.now(UTC), "reason": "",
    }  # fmt: skip


def _give_back() -> None:
    """Every clause that counts becomes a line again, with its article and title where it has them."""
    bind = op.get_bind()
    live = sa.select(CLAUSE).where(CLAUSE.c.state.in_(("proposed", "approved"))).order_by(CLAUSE.c.number)
    for row in bind.execute(live).mappings().all():
        text = " ".join(row["text"].split("\n"))
        named = " ".join(filter(None, (row["article_label"], row["title"])))
        mine = AGREEMENT.c.id == row["agreement_id"]
        before = bind.execute(sa.select(AGREEMENT.c.special_terms).where(mine)).scalar() or ""
        terms = "\n".join([*_lines(before), f"{named}: {text}" if named else text])
        bind.execute(sa.update(AGREEMENT).where(mine).values(special_terms=terms))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
