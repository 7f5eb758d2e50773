"""Settings are checked before anything starts, and the key that signs cookies is kept from others."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from annotator.config import KEY_FILE, Settings
from annotator.errors import BadInput, Refused

KEY = "kestria-valdor-orsan-0123456789-strait"


def settings(tmp_path: Path, **environ: str) -> Settings:
    given = {f"ANNOTATOR_{name}": value for name, value in environ.items()}
    return Settings.from_environ({"ANNOTATOR_HOME": str(tmp_path), "PATH": "/bin", **given})


def test_without_any_setting_home_is_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    found = Settings.from_environ({})

    assert found.home == tmp_path
    assert found.database == f"sqlite:///{tmp_path}/instance/annotator.db"
    assert (found.https, found.proxies) == (False, 0)


def test_the_command_line_names_the_database_before_the_environment(tmp_path: Path) -> None:
    environ = {"ANNOTATOR_HOME": str(tmp_path), "ANNOTATOR_DATABASE": "sqlite:////a/b.db"}

    assert Settings.from_environ(environ, "postgresql://db/news").database == "postgresql://db/news"
    assert Settings.from_environ(environ).database == "sqlite:////a/b.db"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE", "", "not a database's address"),
        ("DATABASE", "news.db", "not a database's address"),
        ("DATABASE", "postgres//db/news", "not a database's address"),
        ("DATABASE", "mysql://db/news", "not a database's address"),
        ("DATABASE", "sqlite://", "nothing would be kept"),
        ("DATABASE", "sqlite:///:memory:", "nothing would be kept"),
        ("DATABASE", "sqlite://news.db", "three slashes"),
        ("HTTPS", "maybe", "give 1 or 0"),
        ("PROXIES", "-1", "from 0 to 9"),
        ("PROXIES", "١", "from 0 to 9"),
        ("HOME", "", "is empty"),
        ("DATABSE", "sqlite:///x.db", "did you mean ANNOTATOR_DATABASE"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        settings(tmp_path, **{name: value})

    assert f"ANNOTATOR_{name}" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")

    with pytest.raises(BadInput, match="not a folder"):
        settings(tmp_path / "home")


def test_passwords_and_keys_are_never_shown(tmp_path: Path) -> None:
    shown = repr(settings(tmp_path, DATABASE="postgresql://ada:hunter2@db/news", SECRET=KEY))

    assert "hunter2" not in shown
    assert KEY not in shown
    with pytest.raises(BadInput) as refused:
        settings(tmp_path, DATABASE="postgres:/ada:hunter2@db/news")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("secret", ["", "changeme", "x" * 31, "ab" * 40])
def test_a_short_or_plain_key_is_refused(tmp_path: Path, secret: str) -> None:
    with pytest.raises(Refused, match="ANNOTATOR_SECRET") as refused:
        settings(tmp_path, SECRET=secret)

    assert not secret or secret not in str(refused.value)


def test_a_given_key_is_taken_and_nothing_is_written(tmp_path: Path) -> None:
    assert settings(tmp_path, SECRET=KEY).secret_key() == KEY
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_made_once_and_its_owner_alone_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        first = settings(tmp_path).secret_key()
    finally:
        os.umask(before)

    assert len(first) >= 32
    assert settings(tmp_path).secret_key() == first
    kept = tmp_path / "instance" / KEY_FILE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert [path.name for path in kept.parent.iterdir()] == [KEY_FILE]


def test_programs_that_start_together_keep_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starting:
        keys = set(starting.map(lambda _: settings(tmp_path).secret_key(), range(16)))

    assert len(keys) == 1


def test_a_key_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    settings(tmp_path).secret_key()
    (tmp_path / "instance" / KEY_FILE).chmod(0o640)

    with pytest.raises(Refused, match=r"mode 640.*chmod 600"):
        settings(tmp_path).secret_key()


def test_a_kept_key_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    settings(tmp_path).secret_key()
    (tmp_path / "instance" / KEY_FILE).write_text("abc\n")

    with pytest.raises(Refused, match="too short"):
        settings(tmp_path).secret_key()
