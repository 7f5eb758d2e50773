"""Long work in a process of its own: what it does, what it says when it fails, how its death is noticed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import job as jobs
from annotator.config import Settings
from annotator.db import now, writing
from annotator.errors import Refused, Unknown
from annotator.models import Job, Project
from annotator.release import Options, create_release, folder_of
from tests.world import AT, make_project

MINUTE = 60_000_000
# The program's own process, with work that says how far it is and then lasts until it is stopped.
LASTING = """
import sys, time
from pathlib import Path
from annotator import job
from annotator.config import Settings

def work(session, row, settings, progress):
    progress(3, 10)
    print("at work", flush=True)
    time.sleep(60)

job.KINDS["release"] = work
job.run(Settings(home=Path(sys.argv[1]), database=sys.argv[2]), sys.argv[3])
"""


@pytest.fixture
def project(session: Session) -> Project:
    with writing(session):
        noise = make_project(session, "noise")
        jobs.start(session, noise, "release", {"version": "1.0"}, None, AT)
        return make_project(session)


def ask(session: Session, project: Project, kind: str = "release", **args: object) -> Job:
    with writing(session):
        return jobs.start(session, project, kind, args, None, now())


def ended(session: Session, job: Job, seconds: float = 60) -> Job:
    """The job as its process left it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        session.rollback()
        session.refresh(job)
        if job.state in (jobs.DONE, jobs.FAILED):
            return job
        time.sleep(0.1)
    raise AssertionError(f"the job is {job.state} after {seconds} seconds")


def release_options(**changes: object) -> dict[str, object]:
    import msgspec

    made: dict[str, object] = msgspec.to_builtins(Options()) | changes
    return made


def test_a_job_is_done_by_a_process_of_its_own_and_keeps_its_result(
    session: Session, settings: Settings, project: Project
) -> None:
    job = ask(session, project, version="1.0", options=release_options())
    assert (job.state, job.heartbeat, len(job.token)) == (jobs.WAITING, None, 32)

    jobs.launch(settings, job)

    assert ended(session, job).state == jobs.DONE, job.error
    assert job.result == '{"version": "1.0"}'
    assert job.error is None and job.done == job.of
    assert (folder_of(settings.exports, project, "1.0") / "manifest.json").is_file()
    others = session.scalars(select(Job.state).where(Job.id != job.id)).all()
    assert others == [jobs.WAITING]


def test_what_the_world_refuses_is_kept_in_words(
    session: Session, settings: Settings, project: Project
) -> None:
    out = folder_of(settings.exports, project, "1.0")
    create_release(session, project, "1.0", Options(), by=None, at=AT, out=out)
    session.commit()
    job = ask(session, project, version="1.0", options=release_options(seed=7))
    jobs.launch(settings, job)
    assert ended(session, job).state == jobs.FAILED
    assert job.error is not None and "1.0" in job.error and "\n" not in job.error
    assert "stopped by" not in job.error


def test_a_mistake_of_the_program_is_kept_too(session: Session, settings: Settings, project: Project) -> None:
    job = ask(session, project, version="1.0")  # without its options
    jobs.launch(settings, job)
    assert ended(session, job).state == jobs.FAILED
    assert job.error == "stopped by KeyError: 'options'"


def test_a_name_that_begins_with_a_dash_is_no_option(
    session: Session, settings: Settings, project: Project
) -> None:
    job = ask(session, project, version="1.0", options=release_options())
    with writing(session):
        job.token = f"-_{job.token[2:]}"

    jobs.launch(settings, job)

    assert ended(session, job, 30).state == jobs.DONE


def test_a_job_is_done_once(session: Session, settings: Settings, project: Project) -> None:
    job = ask(session, project, version="1.0", options=release_options())
    jobs.launch(settings, job)
    ended(session, job)
    again = subprocess.run(
        [sys.executable, "-m", "annotator", "--database", settings.database, "job", "run", "--", job.token],
        capture_output=True,
        text=True,
        cwd=settings.home,
        env={"PYTHONPATH": str(jobs.ROOT), "PATH": ""},
    )
    assert again.returncode == 1
    assert again.stderr == f"job {job.token} is done already\n"


@pytest.fixture
def lasting(session: Session, settings: Settings, project: Project) -> tuple[Job, subprocess.Popen[str]]:
    """A job that is being done, and the process that does it."""
    job = ask(session, project, version="1.0")
    child = subprocess.Popen(
        [sys.executable, "-c", LASTING, str(settings.home), settings.database, job.token],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=jobs.ROOT,
    )
    assert child.stdout is not None and child.stdout.readline() == "at work\n"
    child.stdout.close()
    session.rollback()
    session.refresh(job)
    return job, child


def test_a_process_that_was_killed_is_taken_for_dead_after_a_silence(
    session: Session, lasting: tuple[Job, subprocess.Popen[str]]
) -> None:
    job, child = lasting
    assert (job.state, job.done, job.of) == (jobs.RUNNING, 3, 10)
    assert job.heartbeat is not None

    child.kill()
    assert child.wait(10) == -signal.SIGKILL

    session.refresh(job)
    assert job.state == jobs.RUNNING
    assert not jobs.is_dead(job, job.heartbeat + MINUTE)
    assert jobs.is_dead(job, job.heartbeat + MINUTE + 1)


def test_a_process_that_is_told_to_stop_says_so(
    session: Session, lasting: tuple[Job, subprocess.Popen[str]]
) -> None:
    job, child = lasting
    child.terminate()
    assert child.wait(10) == 143
    assert ended(session, job).state == jobs.FAILED
    assert job.error == "stopped by SystemExit: 143"
    assert not jobs.is_dead(job, now() + 10 * MINUTE)


def test_what_never_began_is_dead_after_the_same_silence(session: Session, project: Project) -> None:
    job = ask(session, project, version="1.0")
    assert not jobs.is_dead(job, job.made_at + MINUTE)
    assert jobs.is_dead(job, job.made_at + MINUTE + 1)


def test_a_job_is_found_in_its_own_project_alone(session: Session, project: Project) -> None:
    job = ask(session, project, version="1.0")
    noise = session.scalars(select(Project).where(Project.slug == "noise")).one()
    assert jobs.find(session, job.token, project).id == job.id
    for token, where in ((job.token, noise), ("x", project), ("", None)):
        with pytest.raises(Unknown):
            jobs.find(session, token, where)
    assert [row.id for row in jobs.jobs(session, project, "release")] == [job.id]
    assert jobs.jobs(session, project, "gold") == []
    with pytest.raises(Unknown, match="no work of the kind coffee"):
        jobs.start(session, project, "coffee", {}, None, AT)


def test_the_address_of_the_database_is_on_no_command_line(
    session: Session, settings: Settings, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others on the machine can read command lines, and the address may hold a password."""
    seen: list[list[str]] = []
    real = subprocess.Popen

    def noted(command: list[str], **more: object) -> object:
        seen.append(command)
        return real([sys.executable, "-c", ""], stdin=subprocess.DEVNULL)

    monkeypatch.setattr("annotator.job.subprocess.Popen", noted)
    jobs.launch(settings, ask(session, project, version="1.0"))
    assert len(seen) == 1
    assert not any(settings.database in word for word in seen[0])
    assert Path(seen[0][0]) == Path(sys.executable)


def test_two_who_take_the_same_job_are_not_both_given_it(
    session: Session, settings: Settings, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.job.os.nice", lambda by: by)  # this is the process of all tests
    monkeypatch.setattr("annotator.job.leave_on_term", lambda: None)
    job = ask(session, project, version="1.0", options=release_options())
    with writing(session):
        session.get_one(Job, job.id).state = jobs.RUNNING
    with pytest.raises(Refused, match="is running already"):
        jobs.run(settings, job.token)
