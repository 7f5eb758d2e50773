"""Projects, who is in them, and the versions of their codebooks."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, defer, joinedload

from annotator import audit
from annotator.core.codebook import Codebook, CodebookError, parse_codebook
from annotator.core.codebook_changes import problems_after
from annotator.core.steps import History, Place, followed, places, renames
from annotator.core.text import text_problem
from annotator.errors import BadInput, Refused, Unknown
from annotator.models import ADMIN, ROLES, CodebookVersion, Membership, Person, Project, SignIn

# First words of addresses that lead elsewhere.
RESERVED_SLUGS = frozenset(
    (
        "people",
        "projects",
        "audit",
        "account",
        "sign-in",
        "sign-out",
        "links",
        "static",
        "healthz",
        "jobs",
        "api",
    )
)


_READ: dict[str, Codebook] = {}
MOST_READ = 500


def parsed(version: CodebookVersion) -> Codebook:
    """The codebook of a published version; read once a process."""
    book = _READ.get(version.sha256)
    if book is None:
        if len(_READ) >= MOST_READ:
            _READ.clear()
        book = _READ[version.sha256] = parse_codebook(version.source.encode(), "codebook", published=True)
    return book


def find_membership(session: Session, slug: str, person: Person) -> tuple[Project | None, Membership | None]:
    """The project of that name, and what this person is in it; None for what is not there."""
    row = session.execute(
        select(Project, Membership)
        .outerjoin(Membership, (Membership.project_id == Project.id) & (Membership.person_id == person.id))
        .where(Project.slug == slug)
    ).first()
    return (row[0], row[1]) if row else (None, None)


def find_project(session: Session, slug: str) -> Project:
    project = session.scalar(select(Project).where(Project.slug == slug))
    if project is None:
        raise Unknown(f"there is no project {slug}")
    return project


def latest_version(session: Session, project: Project) -> CodebookVersion:
    """The codebook version that new rounds are made under."""
    return session.scalars(
        select(CodebookVersion)
        .where(CodebookVersion.project_id == project.id)
        .order_by(CodebookVersion.n.desc())
        .limit(1)
    ).one()


def codebook_of(session: Session, project: Project) -> tuple[CodebookVersion, Codebook]:
    version = latest_version(session, project)
    return version, parsed(version)


def create_project(
    session: Session, slug: str, title: str, source: bytes, name: str, by: Person | None, at: int
) -> Project:
    """A project with its codebook's first version. `name` is the file's, for what is wrong in it.

    Who makes it in the browser is its first admin.
    """
    codebook = parse_codebook(source, name)
    _check_slug(slug)
    if problem := text_problem(title):
        raise BadInput(f"title: {problem}")
    if len(title) > 200:
        raise BadInput(f"title: has {len(title)} characters; 200 go")
    if taken := session.scalar(select(Project.slug).where(func.lower(Project.slug) == slug.lower())):
        raise Refused(f"slug: there is a project {taken} already")
    project = Project(
        slug=slug, title=title.strip() or codebook.title, salt=secrets.token_hex(32), created_at=at
    )
    session.add(project)
    session.flush()
    audit.record(session, by, project, "create project", slug, {"title": project.title}, at)
    _publish(session, project, codebook, source, by, at)
    if by is not None:
        session.add(Membership(project_id=project.id, person_id=by.id, role=ADMIN))
        session.flush()
        audit.record(session, by, project, "set role", by.name, {"role": ADMIN}, at)
    return project


def _check_slug(slug: str) -> None:
    if not slug or len(slug) > 100 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in slug):
        raise BadInput(f"slug: {slug!r} is no name for a project: letters a to z, digits, - and _ only")
    if slug.casefold() in RESERVED_SLUGS:
        raise BadInput(f"slug: {slug} is an address of the program itself; choose another")


def projects(session: Session) -> list[Project]:
    return list(session.scalars(select(Project).order_by(Project.slug)))


def memberships_of(session: Session, person: Person) -> list[Membership]:
    """What this person is in which project."""
    return list(
        session.scalars(
            select(Membership)
            .options(joinedload(Membership.project))
            .join(Project, Project.id == Membership.project_id)
            .where(Membership.person_id == person.id)
            .order_by(Project.title, Project.slug)
        )
    )


def members(session: Session, project: Project) -> list[Membership]:
    """Everybody in the project, by role and name; models, whose predictions were imported, are not people."""
    rows = session.scalars(
        select(Membership)
        .options(joinedload(Membership.person))
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.project_id == project.id, Person.kind == "person")
        .order_by(Person.folded)
    ).all()
    return sorted(rows, key=lambda row: -ROLES.index(row.role))


def check_role(role: str) -> None:
    if role not in ROLES:
        raise BadInput(f"role: {role!r} is none; a person is {', '.join(ROLES)}")


def set_role(
    session: Session, project: Project, person: Person, role: str, by: Person | None, at: int
) -> Membership:
    """The one role of this person in this project from now on.

    Nobody raises themselves, and the last admin who can sign in stays one.
    """
    check_role(role)
    if person.kind != "person":
        raise Refused(f"{person.name} is a model, and has no role")
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    held = session.get(Membership, (project.id, person.id), populate_existing=True)
    if held is not None and held.role == role:
        return held
    _refuse_raise(held, person, role, by)
    if held is not None and held.role == ADMIN:
        _refuse_last_admin(session, project, person)
    before = held.role if held else None
    if held is None:
        held = Membership(project_id=project.id, person_id=person.id, role=role)
        session.add(held)
    else:
        held.role = role
        _renew_sign_ins(session, person)
    session.flush()
    audit.record(session, by, project, "set role", person.name, {"role": role, "before": before}, at)
    return held


def _renew_sign_ins(session: Session, person: Person) -> None:
    """Each browser of this person gets a new cookie with its next page."""
    session.execute(update(SignIn).where(SignIn.person_id == person.id).values(renew=True))


def _refuse_raise(held: Membership | None, person: Person, role: str, by: Person | None) -> None:
    rank = ROLES.index(held.role) if held else -1
    if by is not None and by.id == person.id and ROLES.index(role) > rank:
        raise Refused(f"{person.name}: nobody gives themselves a higher role; ask another admin")


def _refuse_last_admin(session: Session, project: Project, person: Person) -> None:
    others = select(Membership.person_id).join(Person, Person.id == Membership.person_id)
    left = session.scalars(
        others.where(
            Membership.project_id == project.id,
            Membership.role == ADMIN,
            Membership.person_id != person.id,
            Person.ended_at.is_(None),
        )
    ).first()
    if left is None:
        raise Refused(f"{person.name} is the last admin of {project.slug}; name another first")


def versions(session: Session, project: Project) -> list[CodebookVersion]:
    """All published versions, the newest first."""
    return list(
        session.scalars(
            select(CodebookVersion)
            .where(CodebookVersion.project_id == project.id)
            .order_by(CodebookVersion.n.desc())
        )
    )


def publish_codebook(
    session: Session,
    project: Project,
    source: bytes,
    name: str,
    by: Person | None,
    at: int,
    *,
    after: int | None = None,
) -> tuple[CodebookVersion, bool]:
    """Makes a file the project's next version; returns it, and False where it is the newest already.

    `after` is the number of the version that its author knew as the newest: another means that somebody
    was quicker. What was in the version before is kept, retired, or goes on by a step under `changes`.
    """
    codebook = parse_codebook(source, name)
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    published = versions(session, project)
    newest = published[0]
    if newest.sha256 == hashlib.sha256(source).hexdigest():
        return newest, False
    if after is not None and after != newest.n:
        raise Refused(
            f"version {newest.version} was published meanwhile; read it, then publish yours on top of it"
        )
    check_next(published, codebook, name)
    return _publish(session, project, codebook, source, by, at), True


def check_next(published: Sequence[CodebookVersion], codebook: Codebook, name: str) -> None:
    """Raises BadInput, naming line and field, where it cannot follow these versions, the newest first."""
    if any(row.version == codebook.version for row in published):
        raise BadInput(f"{name}: version: {codebook.version} was published before; give this one another")
    if found := problems_after([parsed(row) for row in reversed(published)], codebook):
        raise CodebookError(name, found)


def _publish(
    session: Session, project: Project, codebook: Codebook, source: bytes, by: Person | None, at: int
) -> CodebookVersion:
    held = session.scalars(select(CodebookVersion).where(CodebookVersion.project_id == project.id)).all()
    row = CodebookVersion(
        project_id=project.id,
        n=len(held) + 1,
        version=codebook.version,
        sha256=hashlib.sha256(source).hexdigest(),
        source=source.decode(),
        at=at,
        by=by.id if by else None,
    )
    session.add(row)
    session.flush()
    detail = {"version": row.version, "sha256": row.sha256}
    audit.record(session, by, project, "publish codebook", project.slug, detail, at)
    return row


def history_of(session: Session, project: Project) -> History:
    """How labels of older versions of the codebook are read as those of later ones."""
    return History([(row.id, parsed(row).changes) for row in _by_age(session, project)])


def _by_age(session: Session, project: Project) -> Sequence[CodebookVersion]:
    """The versions, the oldest first; their files are read where they are needed."""
    query = select(CodebookVersion).where(CodebookVersion.project_id == project.id)
    return session.scalars(query.options(defer(CodebookVersion.source)).order_by(CodebookVersion.n)).all()


def spellings(session: Session, project: Project, wanted: Collection[Place]) -> dict[Place, set[str]]:
    """The ids that any version of the codebook has for these labels of the newest one; their own are among
    them, be they known or not."""
    books = [parsed(row) for row in _by_age(session, project)]
    chain = [renames(book.changes) for book in books]
    found = {place: {place[1]} for place in wanted}
    for n, book in enumerate(books[:-1]):
        for place in places(book):
            if (now := followed(place, chain[n + 1 :])) in found:
                found[now].add(place[1])
    return found
