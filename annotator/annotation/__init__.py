"""A gesture -> a revision. Every gesture is a save; nothing acknowledged is ever lost."""

from annotator.annotation.desk import (
    Desk,
    SentenceState,
    bodies,
    next_open,
    own_desk,
    own_event_types,
    sentence_states,
    untouched,
)
from annotator.annotation.history import REDO, UNDO
from annotator.annotation.line_export import export_lines
from annotator.annotation.lines import LinesReport, import_lines
from annotator.annotation.save import KeyReused, Saved, Stale, Stamp, save
from annotator.annotation.submission import submit, withdraw

__all__ = [
    "REDO", "UNDO", "Desk", "KeyReused", "LinesReport", "Saved", "SentenceState", "Stale", "Stamp",
    "bodies", "export_lines", "import_lines", "next_open", "own_desk", "own_event_types", "save",
    "sentence_states", "submit", "untouched", "withdraw",
]  # fmt: skip
