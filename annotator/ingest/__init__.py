"""Documents in: files are read, sifted into new, known and refused, and stored in pieces.

A reader per format gives records, or says by line and field what is wrong; what follows is the same for all.
"""

from annotator.ingest.importing import import_documents, preview, text_of
from annotator.ingest.reading import FORMATS, SUFFIXES, Reading, format_of
from annotator.ingest.records import FIELDS, LONGEST_TEXT
from annotator.ingest.report import Copy, Good, ImportReport, Remark, storable_name

__all__ = [
    "FIELDS",
    "FORMATS",
    "LONGEST_TEXT",
    "SUFFIXES",
    "Copy",
    "Good",
    "ImportReport",
    "Reading",
    "Remark",
    "format_of",
    "import_documents",
    "preview",
    "storable_name",
    "text_of",
]
