"""What all forms share."""

from __future__ import annotations

from flask_wtf import FlaskForm


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose token was checked before the view was reached."""

    class Meta:
        csrf = False  # CSRFProtect did it, for every form and every fetch alike
        locales = ("en_GB", "en")
