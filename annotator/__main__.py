"""`python -m annotator`: the command line."""

from __future__ import annotations

from annotator.cli import main

if __name__ == "__main__":
    main()
