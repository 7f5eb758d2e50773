"""An actor's particulars as a form: aliases a line each, roles a row each."""

from __future__ import annotations

from flask import request
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from annotator.core.codebook import Codebook, in_use
from annotator.errors import AnnotatorError
from annotator.registry import ActorBody, ActorRole, BadActor, Known
from annotator.web.forms import Form

PLAIN = {"autocomplete": "off", "spellcheck": "false", "maxlength": 200}
BLANK_ROLES = 2


class ActorForm(Form):
    id = StringField(
        "Id", description="Short and lasting: it stands in every file. It never changes.", render_kw=PLAIN
    )
    name = StringField("Name", render_kw=PLAIN)
    type = SelectField("Type", validate_choice=False)
    country = StringField("Country", description="ISO 3166-1 alpha-3, such as KES.", render_kw=PLAIN)
    code = StringField("Code", render_kw=PLAIN)
    aliases = TextAreaField(
        "Aliases", description="One a line: other names, adjectives, a capital that stands for it.",
        render_kw={"rows": 5, "spellcheck": "false"},
    )  # fmt: skip
    after = HiddenField()

    @classmethod
    def empty(cls, codebook: Codebook) -> ActorForm:
        return cls(formdata=None)._offering(codebook, "")

    @classmethod
    def of(cls, codebook: Codebook, known: Known | None = None) -> ActorForm:
        """As it was sent."""
        return cls()._offering(codebook, known.body.type if known else "")

    @classmethod
    def showing(cls, known: Known, codebook: Codebook) -> ActorForm:
        body = known.body
        form = cls(
            formdata=None,
            data={
                "id": known.key,
                "name": body.name,
                "type": body.type,
                "country": body.country,
                "code": body.code,
                "aliases": "\n".join(body.aliases),
                "after": str(known.n),
            },
        )
        form.roles = list(body.roles)
        return form._offering(codebook, body.type)

    def _offering(self, codebook: Codebook, held: str) -> ActorForm:
        """Types of the codebook, and the one that the actor has, whatever became of it."""
        offered = {kind.id: f"{kind.id} · {kind.title}" for kind in in_use(codebook.actor_types)}
        self.type.choices = [("", "none"), *({held: held} | offered if held else offered).items()]
        self.code.description = f"In {codebook.code_system}." if codebook.code_system else ""
        if not hasattr(self, "roles"):
            self.roles = list(_roles())
        return self

    @property
    def role_rows(self) -> list[ActorRole]:
        """Roles to fill in, with some rows to spare."""
        return [*self.roles, *[ActorRole("")] * BLANK_ROLES]

    def body(self) -> ActorBody:
        """What was typed, unchecked."""
        aliases = tuple((self.aliases.data or "").splitlines())
        said = (self.name.data or "", self.type.data or "", self.country.data or "", self.code.data or "")
        return ActorBody(*said, aliases, tuple(self.roles))

    def after_n(self) -> int | None:
        said = self.after.data or ""
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else -1

    def mark(self, refused: AnnotatorError) -> None:
        """Puts what is wrong beside its field."""
        field = refused.field if isinstance(refused, BadActor) else str(refused).partition(":")[0]
        if field in self._fields:
            self[field].errors = [*self[field].errors, str(refused).partition(": ")[2]]


def _roles() -> list[ActorRole]:
    """The rows that were sent; one without a title, but with a date, is kept to be complained of."""
    columns = (request.form.getlist(name) for name in ("role-title", "role-start", "role-end"))
    rows = (tuple(cell.strip() for cell in row) for row in zip(*columns, strict=False))
    return [
        ActorRole(title, start or None, end or None) for title, start, end in rows if title or start or end
    ]
