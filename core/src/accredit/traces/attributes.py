"""What spans say: by OpenTelemetry's semantic conventions where there is one, else under `accredit.…`.

No token, no secret, and nobody who logs in: traces go to more places than logs do, and stay there for longer. Who needs
to know finds the log line of a request by its trace, and there the subject. A provider call is told without its path
unless the strategy says that this names no user, which is why `url.full` is left out.

Source: https://opentelemetry.io/docs/specs/semconv/http/http-spans/, …/db/database-spans/.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from opentelemetry.util.types import AttributeValue

from accredit.audit.events import RequestEvent
from accredit.provider.http import ProviderCall
from accredit.storage import Commit

Attributes = Mapping[str, AttributeValue]

NO_ANSWER = "no_answer"
"""The `error.type` of a call that got none, in time or at all."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"})
OTHER_METHOD = "_OTHER"
_DEFAULT_PORTS = {"https": 443, "http": 80}


def of_request(event: RequestEvent) -> dict[str, AttributeValue]:
    """Return what a request's span says of its event."""
    said: dict[str, AttributeValue] = {"accredit.event": event.name, "accredit.reason": event.reason}
    for name in ("client_id", "connection", "grant_type", "limit", "verified_by"):
        if value := getattr(event, name, None):
            said[f"accredit.{name}"] = value
    if event.outcome == "failed":
        said["error.type"] = event.reason
    return said


def of_call(call: ProviderCall) -> dict[str, AttributeValue]:
    """Return what a provider call's span says."""
    parts = urlsplit(call.url)
    said: dict[str, AttributeValue] = {
        "http.request.method": call.method,
        "server.address": parts.hostname or "",
        "server.port": parts.port or _DEFAULT_PORTS.get(parts.scheme, 0),
    }
    if path := path_of(call):
        said["url.template"] = path
    if call.status is None:
        said["error.type"] = NO_ANSWER
    else:
        said["http.response.status_code"] = call.status
        if call.status >= 400:
            said["error.type"] = str(call.status)
    return said


def of_commit(commit: Commit) -> dict[str, AttributeValue]:
    """Return what a commit's span says."""
    return {
        "db.system.name": commit.system,
        "db.operation.name": "COMMIT",
        "accredit.commit.changes": commit.changes,
    }


def path_of(call: ProviderCall) -> str:
    """Return the path that a call may be told by, empty where it may name a user."""
    _, slash, path = call.endpoint.partition("/")
    return slash + path


def noun_of(event: RequestEvent) -> str:
    """Return what a request is called where no HTTP request is known: `exchange`, `token` and so on."""
    return event.name.partition(".")[0]
