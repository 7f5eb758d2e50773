"""Long work: a row that says how far it is, and a child process that does it.

The child is the program itself, `annotator job run TOKEN`, and gives way to those who save. It is no thread:
one that works takes the time of all who wait for an answer.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from annotator import agreement, registry, suggestion
from annotator.agreement.trust import trust
from annotator.assignment import find_round
from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from annotator.errors import AnnotatorError, Refused, Unknown
from annotator.gold import settle
from annotator.gold.policy import needs_trust, parse_policies
from annotator.ingest import uploads
from annotator.models import Job, Person, Project
from annotator.release import Options, create_release, decode_options, folder_of

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
NICENESS = 10
EVERY = 0.5  # seconds between two notes of how far the work is
SILENT = 60_000_000  # microseconds without a note, after which the process is taken for dead
LONGEST_ERROR = 2000

Progress = Callable[[int, int], None]
Work = Callable[[Session, Job, Settings, Progress], Mapping[str, Any]]


def start(
    session: Session, project: Project | None, kind: str, args: Mapping[str, Any], by: Person | None, at: int
) -> Job:
    """A row for work to be done, in the caller's transaction; `launch` begins it once that is committed."""
    if kind not in KINDS:
        raise Unknown(f"there is no work of the kind {kind}")
    job = Job(
        project_id=project.id if project else None,
        token=secrets.token_urlsafe(24),
        kind=kind,
        args=json.dumps(dict(args), ensure_ascii=False, sort_keys=True),
        state=WAITING,
        by=by.id if by else None,
        made_at=at,
    )
    session.add(job)
    session.flush()
    return job


def launch(settings: Settings, job: Job) -> None:
    """Begins a job in a process of its own, which outlives this one. Its address goes by the environment."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ANNOTATOR_")}
    child = subprocess.Popen(
        [sys.executable, "-m", "annotator", "job", "run", "--", job.token],
        env={
            **environ,
            "ANNOTATOR_HOME": str(settings.home),
            "ANNOTATOR_DATABASE": settings.database,
            "PYTHONPATH": os.pathsep.join([str(ROOT), environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=child.wait, name=f"job-{job.kind}", daemon=True).start()  # leaves no zombie


ROOT = Path(__file__).resolve().parent.parent


def run(settings: Settings, token: str) -> None:
    """Does the work of a job, in a process that has nothing else to do. What fails is kept in its row."""
    os.nice(NICENESS)
    leave_on_term()
    engine = make_engine(settings.database)
    try:
        with session_factory(engine)() as session:
            job = _taken(session, token)
            _do(session, engine, job, settings)
    finally:
        engine.dispose()


def leave_on_term() -> None:
    """Makes this process end as by an exception when it is told to, so that nothing half-done stays."""
    signal.signal(signal.SIGTERM, _leave)


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _taken(session: Session, token: str) -> Job:
    with writing(session):
        job = find(session, token)
        if job.state != WAITING:
            raise Refused(f"job {token} is {job.state} already")
        job.state, job.heartbeat = RUNNING, now()
    return job


def _do(session: Session, engine: Engine, job: Job, settings: Settings) -> None:
    with session_factory(engine)() as notes:
        try:
            result = KINDS[job.kind](session, job, settings, _noting(notes, job.token))
        except AnnotatorError as error:
            _end(notes, job.token, FAILED, error=str(error))
        except BaseException as error:
            _end(notes, job.token, FAILED, error=f"stopped by {type(error).__name__}: {error}")
            raise
        else:
            _end(notes, job.token, DONE, result=json.dumps(dict(result), ensure_ascii=False))


def _noting(notes: Session, token: str) -> Progress:
    """Writes down how far the work is, now and then."""
    last = 0.0

    def note(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last < EVERY:
            return
        last = time.monotonic()
        with writing(notes):
            job = find(notes, token)
            job.done, job.of, job.heartbeat = done, of, now()

    return note


def _end(notes: Session, token: str, state: str, error: str | None = None, result: str | None = None) -> None:
    with writing(notes):
        job = find(notes, token)
        job.state, job.heartbeat, job.result = state, now(), result
        job.error = error[:LONGEST_ERROR] if error else None
        if state == DONE:
            job.done = job.of


def find(session: Session, token: str, project: Project | None = None) -> Job:
    """The job of that name; with a project, only one of its own. Raises Unknown."""
    job = session.scalar(select(Job).where(Job.token == token))
    if job is None or (project is not None and job.project_id != project.id):
        raise Unknown("there is no such job")
    return job


def is_dead(job: Job, at: int) -> bool:
    """Whether it says that it goes on, and has not been heard of."""
    return job.state in (WAITING, RUNNING) and at - (job.heartbeat or job.made_at) > SILENT


def jobs(session: Session, project: Project, kind: str, limit: int = 20) -> list[Job]:
    """The project's jobs of that kind, the newest first."""
    return list(
        session.scalars(
            select(Job)
            .where(Job.project_id == project.id, Job.kind == kind)
            .order_by(Job.id.desc())
            .limit(limit)
        )
    )


def _release(session: Session, job: Job, settings: Settings, progress: Progress) -> Mapping[str, Any]:
    """`args` are the version and the options, as releases keep them."""
    args = json.loads(job.args)
    project = session.get_one(Project, job.project_id)
    by = session.get(Person, job.by) if job.by else None
    options: Options = decode_options(json.dumps(args["options"]))
    out = folder_of(settings.exports, project, args["version"])
    create_release(
        session, project, args["version"], options, by=by, at=job.made_at, out=out, progress=progress
    )
    return {"version": args["version"]}


def _gold(session: Session, job: Job, settings: Settings, progress: Progress) -> Mapping[str, Any]:
    """`args` name the policy, one for all layers or one for each."""
    project = session.get_one(Project, job.project_id)
    by = session.get(Person, job.by) if job.by else None
    said = json.loads(job.args)["policy"]
    policy = parse_policies([said] if isinstance(said, str) else said)
    trusted = trust(session, project) if needs_trust(policy) else {}
    return settle(session, project, policy=policy, trust=trusted, by=by, at=now(), progress=progress)


def _agreement(session: Session, job: Job, settings: Settings, progress: Progress) -> Mapping[str, Any]:
    """`args` name the round, or none, and what the figures rest on."""
    project = session.get_one(Project, job.project_id)
    found = agreement.report(session, project, json.loads(job.args)["round"], progress=progress)
    with writing(session):
        agreement.forget_older(session, job)
    return found


def _import(session: Session, job: Job, settings: Settings, progress: Progress) -> Mapping[str, Any]:
    """`args` name the upload, which goes once its documents are in."""
    project = session.get_one(Project, job.project_id)
    by = session.get_one(Person, job.by)
    upload = uploads.find(settings.uploads, project, by, json.loads(job.args)["upload"])
    report = upload.bring_in(session, project, by, job.made_at, progress)
    uploads.forget(upload)
    return report.as_json()


def _usage(session: Session, job: Job, settings: Settings, progress: Progress) -> Mapping[str, Any]:
    """How often each actor is named; no arguments."""
    counts = registry.usage(session, session.get_one(Project, job.project_id), progress)
    return {key: msgspec.to_builtins(count) for key, count in counts.items()}


def _suggester(session: Session, job: Job, settings: Settings, progress: Progress) -> Mapping[str, Any]:
    """`args` name the round whose model is trained."""
    row = find_round(session, session.get_one(Project, job.project_id), json.loads(job.args)["round"])
    return {"model": suggestion.train_for(session, row, now(), progress).n}


KINDS: dict[str, Work] = {
    "suggester": _suggester,
    "usage": _usage,
    "import": _import,
    "agreement": _agreement,
    "release": _release,
    "gold": _gold,
}
