"""What all forms share: plain text in, and nothing that a database would refuse."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, ValidationError

from annotator.core.text import text_problem


def storable(form: Any, field: Field) -> None:
    """Refuses what no database keeps alike: NUL, halves of characters."""
    if isinstance(field.data, str) and (problem := text_problem(field.data)):
        raise ValidationError(f"{field.label.text} {problem}")


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose token was checked before the view was reached."""

    class Meta:
        csrf = False  # CSRFProtect did it, for every form and every fetch alike
        locales = ("en_GB", "en")
