"""Names as they are compared: without case, accents and the many forms of one character."""

from __future__ import annotations

import unicodedata

# What Unicode does not take apart, and people type in its plain form.
PLAIN = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
        **dict.fromkeys("‘’ʼʻ`´", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("ـ\u00ad\u200b\u200c\u200d\u2060", ""),  # a stretched letter; what cannot be seen
    }
)


def folded(text: str) -> str:
    """For searching: no case, no accents, compatibility forms, plain quotes and dashes, single spaces."""
    if text.isascii():
        return " ".join(text.casefold().replace("`", "'").split())
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text.translate(PLAIN)).casefold())
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(kept.translate(PLAIN).split())


def sameness(name: str) -> str:
    """Equal for names that differ in case, accents, punctuation or the order of their words alone."""
    words = "".join(c if c.isalnum() else "" if c in "'." else " " for c in folded(name)).split()
    return " ".join(sorted(words))
