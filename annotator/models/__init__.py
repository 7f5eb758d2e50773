"""The tables. Nothing is deleted but sign-ins; every `at` is in UTC microseconds."""

from annotator.models.annotations import Annotation, Refusal, Revision
from annotator.models.base import Base
from annotator.models.documents import Batch, Document, Sentence
from annotator.models.gold import Comparison, Decision, Gold, Precedent, Vote
from annotator.models.people import (
    ADMIN,
    ANNOTATOR,
    REVIEWER,
    ROLES,
    Audit,
    CodebookVersion,
    Job,
    Membership,
    Person,
    Project,
    SignIn,
    SignInFailure,
    SignInLink,
)
from annotator.models.registry import APPROVED, MERGED, PROPOSED, Actor, ActorProposal, ActorRevision, Alias
from annotator.models.releases import Release, ReleaseDocument, Side
from annotator.models.rounds import Assignment, Handout, Pool, Round
from annotator.models.suggestions import DISMISSED, LEFT, RECALLED, Offer, Suggester

__all__ = [
    "ADMIN", "ANNOTATOR", "APPROVED", "DISMISSED", "LEFT", "MERGED", "PROPOSED", "RECALLED", "REVIEWER",
    "ROLES", "Actor", "ActorProposal", "ActorRevision", "Alias", "Annotation", "Assignment", "Audit", "Base",
    "Batch", "CodebookVersion", "Comparison", "Decision", "Document", "Gold", "Handout", "Job", "Membership",
    "Offer", "Person", "Pool", "Precedent", "Project", "Refusal", "Release", "ReleaseDocument", "Revision",
    "Round", "Sentence", "Side", "SignIn", "SignInFailure", "SignInLink", "Suggester", "Vote",
]  # fmt: skip
