"""Makes this checkout importable from its environment, and `annotator` a command there.

Both name the checkout by the way from the environment to it, so that it may be moved.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec "$here/python" -P -m annotator "$@"
"""


def link(environment: Path = Path(sys.prefix)) -> None:
    packages = Path(sysconfig.get_path("purelib"))
    (packages / "annotator-checkout.pth").write_text(os.path.relpath(ROOT, packages) + "\n")
    command = environment / "bin" / "annotator"
    command.write_text(COMMAND)
    command.chmod(0o755)


if __name__ == "__main__":
    link()
