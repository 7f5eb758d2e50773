"""What all forms share."""

from __future__ import annotations

from flask_wtf import FlaskForm

from annotator.errors import AnnotatorError


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose token was checked before the view was reached."""

    class Meta:
        csrf = False  # CSRFProtect did it, for every form and every fetch alike
        locales = ("en_GB", "en")

    def wrong(self, error: AnnotatorError | None) -> dict[str, str]:
        """What a refusal says, by the field that it names; by "" where it names none of this form."""
        if error is None:
            return {}
        field, colon, said = str(error).partition(": ")
        return {field: sentence(said)} if colon and field in self else {"": sentence(str(error))}


def sentence(said: str) -> str:
    """A refusal's words as a sentence of a page."""
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?", "!")) else ".")
