"""Releases: pinned, written, verified, compared."""
