"""People: of the site, for its admins; of a project, for the project's."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField, StringField

from annotator import person as people
from annotator.db import now, writing
from annotator.errors import AnnotatorError, Refused
from annotator.models import ANNOTATOR, ROLES, Membership, Person, Project
from annotator.project import members as members_of
from annotator.project import set_role
from annotator.web.access import member, person, site_admin
from annotator.web.database import db
from annotator.web.forms import Form
from annotator.web.htmx import go_to

bp = Blueprint("people", __name__)
NAME = {"autocomplete": "off", "maxlength": 200, "autocapitalize": "none", "spellcheck": "false"}


class PersonForm(Form):
    name = StringField("Name", description="What they sign in with.", render_kw=NAME)
    admin = BooleanField("Looks after people, projects and the audit")


class MemberForm(Form):
    name = StringField("Name", description="A person who is here already, or a new one.", render_kw=NAME)
    role = SelectField("Role", choices={role: role.capitalize() for role in ROLES}, default=ANNOTATOR)


@bp.get("/people")
@site_admin
def everybody() -> ResponseReturnValue:
    return _people(PersonForm())


def _people(
    form: PersonForm, *, link: tuple[str, str] | None = None, error: AnnotatorError | None = None
) -> tuple[str, int]:
    page = render_template(
        "people/everybody.html",
        form=form,
        everybody=people.everybody(db.session),
        link=link,
        wrong=form.wrong(error),
    )
    return page, error.status if error else 200


@bp.post("/people")
@site_admin
def add() -> ResponseReturnValue:
    """Adds a person, and shows the link with which they come in: this once."""
    form = PersonForm()
    try:
        with writing(db.session):
            who = people.add_person(
                db.session, form.name.data or "", person(), now(), admin=bool(form.admin.data)
            )
            token = people.make_link(db.session, who, person(), now())
    except AnnotatorError as refused:
        return _people(form, error=refused)
    return _people(PersonForm(formdata=None), link=(who.name, _address(token)))


def _address(token: str) -> str:
    return url_for("access.link", token=token, _external=True)


def _person_or_404(name: str) -> Person:
    return people.find_person(db.session, name) or abort(404)


@bp.post("/people/<path:name>/link")
@site_admin
def new_link(name: str) -> ResponseReturnValue:
    """A further link for somebody who lost the first or the password."""
    who = _person_or_404(name)
    try:
        with writing(db.session):
            token = people.make_link(db.session, who, person(), now())
    except AnnotatorError as refused:
        return _people(PersonForm(formdata=None), error=refused)
    return _people(PersonForm(formdata=None), link=(who.name, _address(token)))


@bp.post("/people/<path:name>/end")
@site_admin
def deactivate(name: str) -> ResponseReturnValue:
    who = _person_or_404(name)
    with writing(db.session):
        people.deactivate(db.session, who, person(), now())
    return go_to(url_for("people.everybody"))


@bp.post("/people/<path:name>/return")
@site_admin
def reactivate(name: str) -> ResponseReturnValue:
    who = _person_or_404(name)
    with writing(db.session):
        people.reactivate(db.session, who, person(), now())
    return go_to(url_for("people.everybody"))


@bp.post("/people/<path:name>/admin")
@site_admin
def set_admin(name: str) -> ResponseReturnValue:
    """Makes somebody an admin of the site, or no longer one."""
    who = _person_or_404(name)
    with writing(db.session):
        people.set_site_admin(db.session, who, request.form.get("admin") == "yes", person(), now())
    return go_to(url_for("people.everybody"))


@bp.get("/<project>/people")
@member("admin", or_site_admin=True)
def members(project: Project, membership: Membership | None) -> ResponseReturnValue:
    return _members(project, MemberForm())


def _members(
    project: Project,
    form: MemberForm,
    *,
    link: tuple[str, str] | None = None,
    error: AnnotatorError | None = None,
) -> tuple[str, int]:
    page = render_template(
        "people/members.html",
        project=project,
        members=members_of(db.session, project),
        form=form,
        link=link,
        wrong=form.wrong(error),
        roles=ROLES,
    )
    return page, error.status if error else 200


@bp.post("/<project>/people")
@member("admin", or_site_admin=True)
def add_member(project: Project, membership: Membership | None) -> ResponseReturnValue:
    """Gives a person a role here. One who is not known yet is added, and their link shown this once."""
    form = MemberForm()
    name, role = (form.name.data or "").strip(), form.role.data or ""
    token = None
    try:
        with writing(db.session):
            who = people.find_by_name(db.session, name)
            if who is None:
                who = people.add_person(db.session, form.name.data or "", person(), now())
                token = people.make_link(db.session, who, person(), now())
            _refuse_second_role(project, who, role)
            set_role(db.session, project, who, role, person(), now())
    except AnnotatorError as refused:
        return _members(project, form, error=refused)
    if token is None:
        return go_to(url_for("people.members", project=project.slug))
    return _members(project, MemberForm(formdata=None), link=(who.name, _address(token)))


def _refuse_second_role(project: Project, who: Person, role: str) -> None:
    """Who adds somebody that is here already does not know it, and means no change of their role."""
    held = next((row.role for row in members_of(db.session, project) if row.person_id == who.id), role)
    if held != role:
        raise Refused(f"name: this project has {who.name} already, as {held}; change the role in the list")


@bp.post("/<project>/people/<path:name>/role")
@member("admin", or_site_admin=True)
def change_role(project: Project, membership: Membership | None, name: str) -> ResponseReturnValue:
    who = _person_or_404(name)
    with writing(db.session):
        set_role(db.session, project, who, request.form.get("role", ""), person(), now())
    return go_to(url_for("people.members", project=project.slug))
