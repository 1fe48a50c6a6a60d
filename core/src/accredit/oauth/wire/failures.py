"""Errors that no endpoint has foreseen: the contract's form, and a line for operators."""

from accredit._guard import place_of
from accredit.audit import operations
from accredit.audit.reporter import Reporter
from accredit.errors import InternalFailure, LifecycleError, NotOpen
from accredit.oauth.wire.answer import Answer, refusal
from accredit.settings import CompatibilitySettings


def answer_to(exc: Exception, *, reporter: Reporter, compatibility: CompatibilitySettings) -> Answer:
    """Tell operators of an error that has left an endpoint, and return what its caller gets.

    The endpoints tell of their own errors. Of this one nothing is told but its place: its message may quote a secret.
    """
    if isinstance(exc, LifecycleError):
        reporter.emit(operations.not_open(str(exc)))
        return refusal(NotOpen(str(exc)), compatibility)
    failure = InternalFailure(place_of(exc))
    reporter.emit(operations.request_failed(failure))
    return refusal(failure, compatibility)
