"""People, and what they are in a project."""

from __future__ import annotations

import click

from annotator.cli.program import Program, first_line, program

ADDRESS = click.option(
    "--address",
    default="http://127.0.0.1:8000",
    show_default=True,
    help="Where browsers reach the program: what the printed link begins with.",
)


@click.group()
def user() -> None:
    """Add people, end and renew their access."""


@user.command("add")
@click.argument("name")
@click.option("--admin", is_flag=True, help="Looks after people, projects and the audit.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)
@ADDRESS
@program
def add_user(program: Program, name: str, admin: bool, password_stdin: bool, address: str) -> None:
    """Add a person. Without a password, print a one-time link with which NAME comes in."""
    from annotator import person as people
    from annotator.db import now

    new_hash = None
    if password_stdin:
        password = first_line()
        people.check_password(name, password)
        new_hash = people.hashed(password)
    with program.writing() as session:
        who = people.add_person(session, name, None, now(), admin=admin)
        if new_hash:
            people.set_password(session, who, new_hash, now())
        token = None if new_hash else people.make_link(session, who, None, now())
    if token is not None:
        click.echo(_link(address, token))


def _link(address: str, token: str) -> str:
    return f"{address.rstrip('/')}/links/{token}"


@user.command("link")
@click.argument("name")
@ADDRESS
@program
def link_user(program: Program, name: str, address: str) -> None:
    """Print a new one-time link for NAME; earlier ones end."""
    from annotator import person as people
    from annotator.db import now

    with program.writing() as session:
        token = people.make_link(session, people.known_person(session, name), None, now())
    click.echo(_link(address, token))


@user.command("deactivate")
@click.argument("name")
@program
def deactivate_user(program: Program, name: str) -> None:
    """End NAME's access at once. What they did stays."""
    from annotator import person as people
    from annotator.db import now

    with program.writing() as session:
        people.deactivate(session, people.known_person(session, name), None, now())


@user.command("reactivate")
@click.argument("name")
@program
def reactivate_user(program: Program, name: str) -> None:
    """Let NAME in again."""
    from annotator import person as people
    from annotator.db import now

    with program.writing() as session:
        people.reactivate(session, people.known_person(session, name), None, now())


@user.command("list")
@program
def list_users(program: Program) -> None:
    """List people: name, and what there is to say of them."""
    from annotator import person as people

    with program.session() as session:
        for who in people.everybody(session):
            said = ("model",) if who.kind == "model" else ("admin",) * who.is_admin
            said += ("deactivated",) * (who.ended_at is not None)
            click.echo("\t".join((who.name, *said)))


@click.group()
def member() -> None:
    """Say who is what in a project."""


@member.command("set")
@click.argument("slug")
@click.argument("name")
@click.argument("role", metavar="annotator|reviewer|admin")
@program
def set_member(program: Program, slug: str, name: str, role: str) -> None:
    """Give NAME the role of annotator, reviewer or admin in the project SLUG."""
    from annotator import person as people
    from annotator.db import now
    from annotator.project import check_role, find_project, set_role

    check_role(role)
    with program.writing() as session:
        project = find_project(session, slug)
        set_role(session, project, people.known_person(session, name), role, None, now())
