"""One request of Flask's to the exchange, and its answer back: byte for byte what the ASGI app would answer."""

from urllib.parse import urlencode

from flask import Flask, Request, Response
from werkzeug.exceptions import ClientDisconnected

from accredit.contrib.flask.signals import telling
from accredit.contrib.flask.state import AppState
from accredit.errors import ExchangeError
from accredit.oauth.wire.answer import Answer, nothing_here, refusal


def answered(app: Flask, state: AppState, request: Request, path: str, *, mount: str) -> Response:
    """Return the answer of the endpoint at `path`, below `mount`, in the request's own thread."""
    if _has_encoded_slash(request):
        return response_of(app, nothing_here())
    with telling(app):
        answer = state.exchange.answer(
            path,
            method=request.method,
            header=lambda name: request.headers.get(name, ""),
            body=lambda: body_of(request, most=state.settings.limits.max_body_bytes),
            peer=request.environ.get("REMOTE_ADDR", ""),
            query=request.query_string.decode("latin-1"),
            mount=f"{request.root_path.rstrip('/')}{mount}",
        )
    return response_of(app, answer)


def refused(app: Flask, state: AppState, error: ExchangeError) -> Response:
    """Return the contract's answer to an error that a view has raised."""
    return response_of(app, refusal(error, state.settings.compatibility))


def response_of(app: Flask, answer: Answer) -> Response:
    """Return an answer as Flask sends it, with the headers that it has and no other."""
    response = app.response_class(answer.body, answer.status)
    response.headers.clear()  # among them a content type, by default
    response.headers.update(answer.headers)
    return response


def body_of(request: Request, *, most: int) -> bytes:
    """Return the body; of one that is longer than `most` bytes, one byte more, which tells that it is.

    What the host has read of it before, such as a form in `before_request`, is not lost.

    Raises:
        OSError: the client has left.
    """
    request.max_content_length = most + 1  # a body without a length is silently cut there
    try:
        body = request.get_data()
    except ClientDisconnected as exc:
        raise ConnectionError("the client went away") from exc
    if not body and "form" in vars(request) and request.form:
        return urlencode(list(request.form.items(multi=True))).encode()
    return body


def _has_encoded_slash(request: Request) -> bool:
    """Tell whether a slash of the path is written as `%2F`, which is no slash, though WSGI decodes it.

    A proxy that guards a path by its letters would let `/oauth%2Ftoken` through. Source: RFC 3986 section 2.2.
    """
    raw = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or ""
    return "%2f" in raw.partition("?")[0].lower()
