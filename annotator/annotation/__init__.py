"""A gesture -> a revision. Every gesture is a save; nothing acknowledged is ever lost."""

from annotator.annotation.desk import Desk, own_desk
from annotator.annotation.history import REDO, UNDO
from annotator.annotation.lines import LinesReport, export_lines, import_lines
from annotator.annotation.save import KeyReused, Saved, Stale, Stamp, save
from annotator.annotation.submission import submit, withdraw

__all__ = [
    "REDO", "UNDO", "Desk", "KeyReused", "LinesReport", "Saved", "Stale", "Stamp",
    "export_lines", "import_lines", "own_desk", "save", "submit", "withdraw",
]  # fmt: skip
