"""Revisions -> how far annotators agree. Stores nothing."""

from annotator.agreement.reporting import pooled, report

__all__ = ["pooled", "report"]
