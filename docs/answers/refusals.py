"""What is asked for each row of the contract's table of errors.

A key is the anchor of a chapter of the page, to which the row's status leads. What is asked is one connection's; the
answers would be the same for all.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from docs.answers.house import Server
from docs.answers.wire import Request

from accredit.sandbox.sandbox import CLIENT_ID, SCOPE, STRICT_CLIENT_ID

Meanwhile = Callable[[Server], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request that is refused. `limits` are those of its server, if that is not the ordinary one.

    `before` goes first, and is not shown; `meanwhile` is what happens to the server at the same time.
    """

    title: str
    request: Request
    about: str = ""
    limits: Mapping[str, object] = field(default_factory=dict)
    before: Request | None = None
    meanwhile: Meanwhile | None = None

    @property
    def has_a_server_of_its_own(self) -> bool:
        """Tell whether the ordinary server would answer otherwise, or remember it."""
        return bool(self.limits) or self.meanwhile is not None


@contextmanager
def _full(server: Server) -> Iterator[None]:
    """Let another login be going on while the block runs."""
    other = threading.Thread(target=server.send, args=[_good(client_id="app-that-waits")], daemon=True)
    other.start()
    server.company.is_inside.wait(30)
    try:
        yield
    finally:
        server.company.may_leave.set()
        other.join(30)


def _login(connection: str, parameters: Mapping[str, object]) -> Request:
    request = {"client_id": CLIENT_ID, "connection": connection, **parameters, "scope": SCOPE}
    return Request.of({name: value for name, value in request.items() if value is not None})


def _good(**changes: object) -> Request:
    """Return a good login, changed; a parameter that is None is left out."""
    return _login("facebook", {"access_token": "EAAsim-good-ada", **changes})


def _token(name: str) -> Request:
    return _login("facebook", {"access_token": f"EAAsim-{name}"})


def _code(number: int, changes: Mapping[str, object], *, connection: str = "discord") -> Request:
    """Return a login by a code, changed. Each has its `number`: a code is good once."""
    return _login(
        connection,
        {
            "code": f"sim-code-good-ada.{number}",
            "code_verifier": "sim-discord-verifier-of-the-app-that-has-begun-it",
            "redirect_uri": "https://app.example.com/callback",
            **changes,
        },
    )


_TWICE = Request(
    body='{"client_id": "sample-app", "client_id": "another", "connection": "facebook", "access_token": "EAAsim-x"}'
)

REFUSALS: Mapping[str, tuple[Case, ...]] = {
    "a-required-parameter-is-missing": (
        Case(title="no client_id", request=_good(client_id=None)),
        Case(title="no access_token", request=_good(access_token=None)),
        Case(title="no connection", request=_good(connection=None)),
    ),
    "x-without-its-secret": (
        Case(
            title="a token of X, OAuth 1.0a, without its secret",
            request=_login("twitter", {"access_token": "1000000000000001-SimGoodAda"}),
        ),
    ),
    "a-code-without-what-belongs-to-it": (
        Case(title="no code_verifier", request=_code(1, {"code_verifier": None})),
        Case(title="no redirect_uri", request=_code(2, {"redirect_uri": None})),
        Case(title="no code, where nothing else is accepted", request=_login("tiktok", {})),
    ),
    "a-code-that-cannot-be-exchanged": (
        Case(
            title="a redirect_uri that is not listed",
            request=_code(3, {"redirect_uri": "https://app.example.com/another"}),
        ),
        Case(title="a code and an access token at once", request=_code(4, {"access_token": "sim-good-ada"})),
        Case(
            title="a code, where the server has no secret to exchange it with",
            request=_code(5, {}, connection="discord-without-secret"),
            about="The connection has no `client_secret`.",
        ),
    ),
    "a-parameter-has-a-wrong-form": (
        Case(title="a list for a text", request=_good(device=["phone"])),
        Case(title="a token with a line break", request=_token("good-ada\n")),
    ),
    "the-body-cannot-be-read": (
        Case(title="half a body", request=Request(body='{"client_id": "sample-app"')),
        Case(title="a parameter twice", request=_TWICE),
        Case(
            title="a body that is too large",
            request=_good(device="x" * 70_000),
            about="The limit is 65536 bytes, unless `max_body_bytes` says otherwise.",
        ),
    ),
    "the-media-type-is-another": (
        Case(
            title="plain text",
            request=Request(body=_good().body, content_type="text/plain"),
        ),
    ),
    "unknown-connection": (Case(title="a connection that nobody has configured", request=_good(connection="facebok")),),
    "connection-off": (
        Case(
            title="a connection that is off",
            request=_good(connection="facebook-old"),
            about="The connection has `enabled = false`.",
        ),
        Case(
            title="a connection that is not for this client",
            request=_good(client_id="app-without-facebook"),
            about="The client's `connections` do not name this one.",
        ),
    ),
    "audience-not-allowed": (
        Case(title="an API that is not in the client's audiences", request=_good(audience="https://api.example.com")),
    ),
    "the-provider-says-no": (
        Case(title="another app's token", request=_token("foreign_app-ada")),
        Case(title="expired", request=_token("expired-ada")),
        Case(title="revoked", request=_token("revoked-ada")),
        Case(title="not a user's token", request=_token("page-ada")),
        Case(title="a permission is missing", request=_token("no_permission-ada")),
        Case(title="a reason that nobody has listed", request=_token("unlisted-ada")),
    ),
    "a-hook-refuses": (
        Case(
            title="a plugin's own sentence",
            request=_good(client_id="staff-app"),
            about="A plugin of the company lets nobody log in with this client. The sentence is the plugin's.",
        ),
    ),
    "the-user-is-blocked": (
        Case(
            title="a blocked user",
            request=_good(client_id="app-of-blocked-users"),
            about="A plugin says that nobody who comes by this client may be here.",
        ),
    ),
    "bearer-required": (
        Case(
            title="no bearer, where one is required",
            request=_good(client_id=STRICT_CLIENT_ID),
            about='The client has the setting `authorization = "required"`.',
        ),
    ),
    "unknown-client": (Case(title="a client that nobody has configured", request=_good(client_id="nobody")),),
    "grant-not-allowed": (
        Case(
            title="a client that may only refresh",
            request=_good(client_id="app-that-only-refreshes"),
            about='The client has `grant_types = ["refresh_token"]`.',
        ),
        Case(
            title="a client that has to prove who it is",
            request=_good(client_id="confidential-app"),
            about="The client has a `secret_hash`.",
        ),
    ),
    "another-method": (Case(title="GET", request=Request(method="GET"), about="It would put tokens into addresses."),),
    "too-many-attempts": (
        Case(
            title="one more try after too many that were refused",
            request=_token("expired-ada"),
            limits={"enabled": True, "failed_attempts": "1/minute"},
            before=_token("expired-ada"),
            about='Here the limit is `failed_attempts = "1/minute"`.',
        ),
    ),
    "too-many-requests": (
        Case(
            title="one call too many",
            request=_good(),
            limits={"enabled": True, "client": "1/minute"},
            before=_good(),
            about='Here the limit is `client = "1/minute"`.',
        ),
    ),
    "the-server-has-a-fault": (
        Case(title="the server's secret is wrong at the provider", request=_token("bad_app_secret-ada")),
        Case(
            title="the server's quota at the provider is not paid",
            request=_login(
                "twitter",
                {
                    "access_token": "1000000000000001-SimNoCreditsAda",
                    "access_token_secret": "SimTokenSecretNoCreditsAda",
                },
            ),
        ),
        Case(
            title="a plugin fails",
            request=_good(client_id="app-with-a-broken-plugin"),
            about="A plugin raises an error for this client.",
        ),
    ),
    "the-provider-is-not-available": (
        Case(title="the provider limits the calls", request=_token("rate_limited_19_min-ada")),
        Case(title="down", request=_token("down-ada")),
        Case(
            title="too slow",
            request=_token("good-ada~latency-60000"),
            limits={"provider_timeout_s": 0.2},
            about="Here the limit is `provider_timeout_s = 0.2`.",
        ),
        Case(title="nonsense", request=_token("html-ada")),
        Case(
            title="down a moment ago, and not asked again yet",
            request=_good(),
            limits={"breaker_outages": 1},
            before=_token("good-ada~unavailable"),
            about="Here the limit is `breaker_outages = 1`.",
        ),
    ),
    "too-many-at-once": (
        Case(
            title="one login more than there may be at once",
            request=_good(),
            limits={"max_exchanges": 1, "exchange_timeout_s": 60.0},
            meanwhile=_full,
            about="Here the limit is `max_exchanges = 1`.",
        ),
    ),
    "the-storage-fails": (
        Case(
            title="the database is gone",
            request=_good(),
            meanwhile=Server.without_database,
            about="Here the database's file was taken away.",
        ),
    ),
}
