"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As the models have them on the day of this step: a step never changes, whatever becomes of the models.
BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
LONG_NAME = sa.String(1000).with_variant(sa.String(1000, collation="C"), "postgresql")


def upgrade() -> None:
    people()
    documents()
    registry()
    rounds()
    revisions()
    gold()
    releases()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def people() -> None:
    op.create_table(
        "person",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("folded", NAME, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("signed_in_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("folded", name=op.f("uq_person_folded")),
        sa.UniqueConstraint("name", name=op.f("uq_person_name")),
    )
    op.create_table(
        "project",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("slug", NAME, nullable=False),
        sa.Column("title", NAME, nullable=False),
        sa.Column("registry_n", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("slug", name=op.f("uq_project_slug")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("folded", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_folded_at"), "sign_in_failure", ["folded", "at"])
    op.create_table(
        "audit",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person_id", BIG_KEY, nullable=True),
        sa.Column("project_id", BIG_KEY, nullable=True),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_audit_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_project_id"), "audit", ["project_id"])
    op.create_table(
        "codebook_version",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("version", NAME, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", BIG_KEY, nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_codebook_version_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_codebook_version_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codebook_version")),
        sa.UniqueConstraint("project_id", "n", name=op.f("uq_codebook_version_project_id_n")),
        sa.UniqueConstraint("project_id", "version", name=op.f("uq_codebook_version_project_id_version")),
    )
    op.create_table(
        "job",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=True),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.BigInteger(), nullable=False),
        sa.Column("by", BIG_KEY, nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("heartbeat", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_job_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_job_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("token", name=op.f("uq_job_token")),
    )
    op.create_index(op.f("ix_job_project_id"), "job", ["project_id"])
    op.create_table(
        "membership",
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("person_id", BIG_KEY, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_membership_project_id")),
        sa.PrimaryKeyConstraint("project_id", "person_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"])
    op.create_table(
        "session",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", BIG_KEY, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("renew", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"])
    op.create_table(
        "sign_in_link",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", BIG_KEY, nullable=False),
        sa.Column("by", BIG_KEY, nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_sign_in_link_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_link_person_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sign_in_link")),
    )
    op.create_index(op.f("ix_sign_in_link_person_id"), "sign_in_link", ["person_id"])


def documents() -> None:
    op.create_table(
        "batch",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", BIG_KEY, nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("report", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_batch_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_batch_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(op.f("ix_batch_project_id"), "batch", ["project_id"])
    op.create_table(
        "document",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("batch_id", BIG_KEY, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("norm_hash", sa.String(length=64), nullable=False),
        sa.Column("group_id", BIG_KEY, nullable=True),
        sa.Column("title", LONG_NAME, nullable=False),
        sa.Column("source", LONG_NAME, nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("published", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("licence", LONG_NAME, nullable=True),
        sa.Column("meta", sa.Text(), nullable=False),
        sa.Column("segmenter", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_document_batch_id")),
        sa.ForeignKeyConstraint(["group_id"], ["document.id"], name=op.f("fk_document_group_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_document_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("project_id", "key", name=op.f("uq_document_project_id_key")),
    )
    op.create_index(op.f("ix_document_batch_id"), "document", ["batch_id"])
    op.create_index(op.f("ix_document_project_id_group_id"), "document", ["project_id", "group_id"])
    op.create_index(op.f("ix_document_project_id_norm_hash"), "document", ["project_id", "norm_hash"])
    op.create_table(
        "sentence",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("document_id", BIG_KEY, nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("born", sa.Integer(), nullable=False),
        sa.Column("died", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_sentence_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sentence")),
        sa.UniqueConstraint("document_id", "start", "born", name=op.f("uq_sentence_document_id_start_born")),
    )


def registry() -> None:
    op.create_table(
        "actor",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("redirect", NAME, nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_actor_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor")),
        sa.UniqueConstraint("project_id", "key", name=op.f("uq_actor_project_id_key")),
    )
    op.create_table(
        "actor_proposal",
        sa.Column("actor_id", BIG_KEY, nullable=False),
        sa.Column("person_id", BIG_KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_actor_proposal_actor_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_actor_proposal_person_id")),
        sa.PrimaryKeyConstraint("actor_id", "person_id", name=op.f("pk_actor_proposal")),
    )
    op.create_table(
        "actor_revision",
        sa.Column("actor_id", BIG_KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("registry_n", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("redirect", NAME, nullable=True),
        sa.Column("by", BIG_KEY, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_actor_revision_actor_id")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_actor_revision_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_actor_revision_project_id")),
        sa.PrimaryKeyConstraint("actor_id", "n", name=op.f("pk_actor_revision")),
        sa.UniqueConstraint("project_id", "registry_n", name=op.f("uq_actor_revision_project_id_registry_n")),
    )
    op.create_table(
        "alias",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("actor_id", BIG_KEY, nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_alias_actor_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_alias_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
    )
    op.create_index(op.f("ix_alias_actor_id"), "alias", ["actor_id"])
    op.create_index(op.f("ix_alias_project_id_folded"), "alias", ["project_id", "folded"])


def rounds() -> None:
    op.create_table(
        "round",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("slug", NAME, nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("layers", NAME, nullable=False),
        sa.Column("overlap", sa.Integer(), nullable=False),
        sa.Column("double", sa.Float(), nullable=False),
        sa.Column("order", sa.String(length=40), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("codebook_version_id", BIG_KEY, nullable=False),
        sa.Column("suggestions", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", BIG_KEY, nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_round_by")),
        sa.ForeignKeyConstraint(
            ["codebook_version_id"], ["codebook_version.id"], name=op.f("fk_round_codebook_version_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_round_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("project_id", "slug", name=op.f("uq_round_project_id_slug")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("round_id", BIG_KEY, nullable=False),
        sa.Column("document_id", BIG_KEY, nullable=False),
        sa.Column("annotator_id", BIG_KEY, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("first_submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("sentences", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("cast", sa.Text(), nullable=False),
        sa.Column("undo", BIG_KEY, nullable=True),
        sa.Column("redo", BIG_KEY, nullable=True),
        sa.ForeignKeyConstraint(["annotator_id"], ["person.id"], name=op.f("fk_assignment_annotator_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_assignment_document_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_assignment_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "round_id",
            "document_id",
            "annotator_id",
            name=op.f("uq_assignment_round_id_document_id_annotator_id"),
        ),
        sa.UniqueConstraint(
            "round_id", "document_id", "seat", name=op.f("uq_assignment_round_id_document_id_seat")
        ),
    )
    op.create_index(
        op.f("ix_assignment_annotator_id_round_id_position"),
        "assignment",
        ["annotator_id", "round_id", "position"],
    )
    op.create_index(op.f("ix_assignment_document_id"), "assignment", ["document_id"])
    op.create_table(
        "handout",
        sa.Column("round_id", BIG_KEY, nullable=False),
        sa.Column("document_id", BIG_KEY, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_handout_document_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_handout_round_id")),
        sa.PrimaryKeyConstraint("round_id", "document_id", name=op.f("pk_handout")),
    )
    op.create_index(op.f("ix_handout_document_id"), "handout", ["document_id"])
    op.create_table(
        "pool",
        sa.Column("round_id", BIG_KEY, nullable=False),
        sa.Column("person_id", BIG_KEY, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pool_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_pool_round_id")),
        sa.PrimaryKeyConstraint("round_id", "person_id", name=op.f("pk_pool")),
    )


def revisions() -> None:
    op.create_table(
        "annotation",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("assignment_id", BIG_KEY, nullable=False),
        sa.Column("sentence_id", BIG_KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("codebook_version_id", BIG_KEY, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_annotation_assignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["codebook_version_id"], ["codebook_version.id"], name=op.f("fk_annotation_codebook_version_id")
        ),
        sa.ForeignKeyConstraint(["sentence_id"], ["sentence.id"], name=op.f("fk_annotation_sentence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotation")),
        sa.UniqueConstraint(
            "assignment_id", "sentence_id", name=op.f("uq_annotation_assignment_id_sentence_id")
        ),
    )
    op.create_index(op.f("ix_annotation_sentence_id"), "annotation", ["sentence_id"])
    op.create_table(
        "refusal",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("assignment_id", BIG_KEY, nullable=False),
        sa.Column("sentence_id", BIG_KEY, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_refusal_assignment_id")),
        sa.ForeignKeyConstraint(["sentence_id"], ["sentence.id"], name=op.f("fk_refusal_sentence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
        sa.UniqueConstraint("assignment_id", "key", name=op.f("uq_refusal_assignment_id_key")),
    )
    op.create_table(
        "revision",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("annotation_id", BIG_KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("assignment_id", BIG_KEY, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("of", BIG_KEY, nullable=True),
        sa.Column("below", BIG_KEY, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("codebook_version_id", BIG_KEY, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name=op.f("fk_revision_annotation_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_revision_assignment_id")),
        sa.ForeignKeyConstraint(
            ["codebook_version_id"], ["codebook_version.id"], name=op.f("fk_revision_codebook_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("annotation_id", "n", name=op.f("uq_revision_annotation_id_n")),
        sa.UniqueConstraint(
            "assignment_id", "key", "annotation_id", name=op.f("uq_revision_assignment_id_key_annotation_id")
        ),
    )


def gold() -> None:
    op.create_table(
        "comparison",
        sa.Column("sentence_id", BIG_KEY, nullable=False),
        sa.Column("round_id", BIG_KEY, nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("difficulty", sa.BigInteger(), nullable=False),
        sa.Column("audited", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_comparison_round_id")),
        sa.ForeignKeyConstraint(["sentence_id"], ["sentence.id"], name=op.f("fk_comparison_sentence_id")),
        sa.PrimaryKeyConstraint("sentence_id", name=op.f("pk_comparison")),
    )
    op.create_index(
        "ix_comparison_open",
        "comparison",
        ["round_id", sa.text("difficulty DESC"), "sentence_id"],
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "decision",
        sa.Column("sentence_id", BIG_KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=40), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("reviewer_id", BIG_KEY, nullable=True),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("codebook_version_id", BIG_KEY, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["codebook_version_id"], ["codebook_version.id"], name=op.f("fk_decision_codebook_version_id")
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_decision_reviewer_id")),
        sa.ForeignKeyConstraint(["sentence_id"], ["sentence.id"], name=op.f("fk_decision_sentence_id")),
        sa.PrimaryKeyConstraint("sentence_id", "n", name=op.f("pk_decision")),
        sa.UniqueConstraint("sentence_id", "key", name=op.f("uq_decision_sentence_id_key")),
    )
    op.create_table(
        "gold",
        sa.Column("sentence_id", BIG_KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sentence_id"], ["sentence.id"], name=op.f("fk_gold_sentence_id")),
        sa.PrimaryKeyConstraint("sentence_id", name=op.f("pk_gold")),
    )
    op.create_table(
        "precedent",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("layer", sa.String(length=40), nullable=False),
        sa.Column("label", NAME, nullable=False),
        sa.Column("sentence_id", BIG_KEY, nullable=False),
        sa.Column("decision_n", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", BIG_KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_precedent_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_precedent_project_id")),
        sa.ForeignKeyConstraint(["sentence_id"], ["sentence.id"], name=op.f("fk_precedent_sentence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_precedent")),
    )
    op.create_index(
        op.f("ix_precedent_project_id_layer_label"), "precedent", ["project_id", "layer", "label"]
    )
    op.create_table(
        "vote",
        sa.Column("sentence_id", BIG_KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("annotation_id", BIG_KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id", "revision"],
            ["revision.annotation_id", "revision.n"],
            name=op.f("fk_vote_annotation_id_revision"),
        ),
        sa.ForeignKeyConstraint(
            ["sentence_id", "n"], ["decision.sentence_id", "decision.n"], name=op.f("fk_vote_sentence_id_n")
        ),
        sa.PrimaryKeyConstraint("sentence_id", "n", "annotation_id", name=op.f("pk_vote")),
    )


def releases() -> None:
    op.create_table(
        "release",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("version", NAME, nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("codebook_version_id", BIG_KEY, nullable=False),
        sa.Column("registry_n", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("previous_id", BIG_KEY, nullable=True),
        sa.Column("manifest_sha256", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", BIG_KEY, nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_release_by")),
        sa.ForeignKeyConstraint(
            ["codebook_version_id"], ["codebook_version.id"], name=op.f("fk_release_codebook_version_id")
        ),
        sa.ForeignKeyConstraint(["previous_id"], ["release.id"], name=op.f("fk_release_previous_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_release_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("project_id", "version", name=op.f("uq_release_project_id_version")),
    )
    op.create_table(
        "release_document",
        sa.Column("release_id", BIG_KEY, nullable=False),
        sa.Column("document_id", BIG_KEY, nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("group_key", NAME, nullable=False),
        sa.Column("pins", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_release_document_document_id")
        ),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_document_release_id")),
        sa.PrimaryKeyConstraint("release_id", "document_id", name=op.f("pk_release_document")),
    )
    op.create_table(
        "side",
        sa.Column("document_id", BIG_KEY, nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("since_release_id", BIG_KEY, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_side_document_id")),
        sa.ForeignKeyConstraint(["since_release_id"], ["release.id"], name=op.f("fk_side_since_release_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_side")),
    )


# Those that others point to come last.
TABLES = (
    "side",
    "release_document",
    "release",
    "vote",
    "precedent",
    "gold",
    "decision",
    "comparison",
    "revision",
    "refusal",
    "annotation",
    "pool",
    "handout",
    "assignment",
    "round",
    "alias",
    "actor_revision",
    "actor_proposal",
    "actor",
    "sentence",
    "document",
    "batch",
    "sign_in_link",
    "session",
    "membership",
    "job",
    "codebook_version",
    "audit",
    "sign_in_failure",
    "project",
    "person",
)
