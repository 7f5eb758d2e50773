"""From what was decided of a sentence to the lines of a release. Pure: the same values, the same lines."""

from annotator.core.records.context import Context, Reading, Source, Taken, percent
from annotator.core.records.lines import document_line, lines

__all__ = ["Context", "Reading", "Source", "Taken", "document_line", "lines", "percent"]
