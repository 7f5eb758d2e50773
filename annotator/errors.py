"""Errors that a person can act on, each a fact in one line: what is wrong, where, what to do."""

from __future__ import annotations


class AnnotatorError(Exception):
    """The world says no. `exit_code` is the command line's, `status` the page's."""

    exit_code = 1
    status = 409


class Refused(AnnotatorError):
    """The request is well formed, and the state of things does not allow it."""


class Unknown(AnnotatorError):
    """A name that nothing bears."""

    status = 404


class BadInput(AnnotatorError):
    """Arguments or a file are wrong."""

    exit_code = 2
    status = 422


class Damage(AnnotatorError):
    """What is stored is not what it says it is."""

    exit_code = 3
    status = 500
