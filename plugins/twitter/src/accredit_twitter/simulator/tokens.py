"""The simulated X's apps and tokens, in tables: what a token does is written beside its name.

Tokens of OAuth 1.0a look like X's, `<user id>-<letters>`; everything here is obviously made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from accredit.testing import PEOPLE, Person, person
from accredit_twitter.simulator import answers
from accredit_twitter.simulator.answers import Answer
from accredit_twitter.simulator.oauth1 import WINDOW_S

DAY_S = 86_400
ALL_SCOPES = frozenset({"tweet.read", "users.read", "users.email"})


@dataclass(frozen=True, slots=True)
class App:
    """An app registered at the simulated X."""

    consumer_key: str
    consumer_secret: str
    client_id: str
    is_suspended: bool = False


OUR_APP = App("SimConsumerKey", "SimConsumerSecretNotReal", "10000001")
OTHER_APP = App("SimOtherConsumerKey", "SimOtherConsumerSecretNotReal", "10000002")
SUSPENDED_APP = App("SimSuspendedConsumerKey", "SimSuspendedConsumerSecretNotReal", "10000003", is_suspended=True)
APPS: Mapping[str, App] = {app.consumer_key: app for app in (OUR_APP, OTHER_APP, SUSPENDED_APP)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What stands behind a token: a person, an app, and the answer it gets if that is not the person."""

    person: Person
    app: App = OUR_APP
    token_secret: str = ""
    """Of OAuth 1.0a; a bearer has none."""
    scopes: frozenset[str] = ALL_SCOPES
    answer: Answer | None = None
    window_is_used_up: bool = False
    windows_of_a_day: tuple[tuple[str, int], ...] = ()
    """Those of 24 hours that some plans have: who is counted, and how many calls remain until the next day."""
    is_metered: bool = False
    """Its person's calls are counted, and refused when there were too many; those of other tokens are not."""
    clock_runs_ahead_s: int = 0
    """X's clock as this token sees it: a timestamp that is right for others is out of bounds."""
    withholds_email: bool = False
    """v2 answers 200 with `data` and, beside it, `errors`."""
    has_number_only: bool = False
    """v1.1 answers an old object, without `id_str`."""

    def more_limits(self, now: float) -> Mapping[str, str]:
        """Return the headers of the windows of a day, in the form that libraries read."""
        tomorrow = (int(now) // DAY_S + 1) * DAY_S
        headers: dict[str, str] = {}
        for who, remaining in self.windows_of_a_day:
            window = f"x-{who}-limit-24hour"
            headers |= {f"{window}-limit": "1000", f"{window}-remaining": str(remaining)}
            headers[f"{window}-reset"] = str(tomorrow)
        return headers


KNOBS: Mapping[str, tuple[Answer, str, str]] = {
    "Replayed": (answers.bad_credentials, "invalid_token", "X has seen every nonce before (code 32)"),
    "NotAUser": (answers.not_a_user, "invalid_token", "the credentials are not a user's (code 220)"),
    "UserSuspended": (answers.user_suspended, "provider_user_blocked", "the user is suspended (code 63)"),
    "NoMatch": (answers.no_match, "provider_user_blocked", "no user matches (code 17)"),
    "NotVisible": (answers.not_visible, "provider_user_blocked", "X shows this account to nobody"),
    "UserIsSuspended": (answers.user_is_suspended, "provider_user_blocked", "the user is suspended, in v2's words"),
    "Suspended": (answers.suspended, "provider_user_blocked", "the account is suspended (code 64)"),
    "Locked": (answers.locked, "provider_user_blocked", "the account is locked (code 326)"),
    "Automated": (answers.automated, "provider_user_blocked", "the request looks automated (code 226)"),
    "Gone": (answers.gone, "provider_user_blocked", "the account is deactivated"),
    "UserDayUsedUp": (answers.rate_limited, "provider_rate_limited", "the user's day is used up"),
    "AppDayUsedUp": (answers.rate_limited, "provider_quota_exhausted", "our app's day is used up, for everybody"),
    "RateLimited": (answers.rate_limited, "provider_rate_limited", "the user's 15 minutes are used up (code 88)"),
    "UsageCapped": (answers.usage_capped, "provider_misconfigured", "a monthly cap, in the guise of a 429"),
    "NoCredits": (answers.no_credits, "provider_misconfigured", "the developer account is empty (402)"),
    "SpendCap": (answers.spend_cap, "provider_misconfigured", "the developer account's spending limit (402)"),
    "NoAccess": (answers.no_access, "provider_misconfigured", "the app's access level is too low (code 453)"),
    "NotEnrolled": (
        lambda _: answers.client_forbidden(OUR_APP.client_id),
        "provider_misconfigured",
        "our app is in no project (client-forbidden)",
    ),
    "NotPermitted": (answers.not_permitted, "provider_misconfigured", "X does not permit our app this call (code 87)"),
    "Unverifiable": (answers.unverifiable, "invalid_token", "X cannot validate the credentials (code 99)"),
    "AppSuspended": (answers.app_suspended, "provider_misconfigured", "our app is suspended (code 416)"),
    "AppIsSuspended": (answers.app_is_suspended, "provider_misconfigured", "our app is suspended, in v2's words"),
    "NoOauth1": (
        answers.no_oauth1_permissions,
        "provider_misconfigured",
        "our app is not set up for OAuth 1.0a (oauth1-permissions)",
    ),
    "Lost": (answers.lost, "provider_protocol_error", "X does not know the path: 404 without a body"),
    "Retired": (answers.retired, "provider_protocol_error", "X has retired the endpoint (code 251)"),
    "BadHeader": (answers.bad_header, "invalid_token", "X calls the credentials wholly invalid (code 215)"),
    "Unlisted": (answers.unlisted, "unlisted_refusal", "X refuses with a code that nobody has listed"),
    "InternalError": (answers.internal_error, "provider_unavailable", "X fails (code 131)"),
    "OverCapacity": (answers.over_capacity, "provider_unavailable", "X is over capacity (code 130)"),
    "Outage": (answers.html_outage, "provider_unavailable", "X is down, and says so in HTML"),
    "Nonsense": (answers.nonsense, "provider_unavailable", "a page of HTML with status 200"),
}
"""Refusals of one token of ada's each: kind → answer, the reason it must end with, what it shows."""


_WINDOWS: Mapping[str, Mapping[str, Any]] = {
    "RateLimited": {"window_is_used_up": True, "windows_of_a_day": (("user", 900), ("app", 9000))},
    "UserDayUsedUp": {"windows_of_a_day": (("user", 0), ("app", 9000))},
    "AppDayUsedUp": {"window_is_used_up": True, "windows_of_a_day": (("user", 900), ("app", 0))},
}
"""What the headers of these tokens say; that all three windows come at once is invented."""


def token_name(who: Person, kind: str) -> str:
    """Return the OAuth 1.0a token of a kind, such as `1000000000000001-SimGoodAda`."""
    return f"{who.number}-Sim{kind}{who.key.title()}"


def bearer_name(who: Person, kind: str) -> str:
    """Return the OAuth 2.0 token of a kind, such as `SimBearerGoodAda`."""
    return f"SimBearer{kind}{who.key.title()}"


def secret_of(who: Person, kind: str) -> str:
    """Return the secret that belongs to `token_name`."""
    return f"SimTokenSecret{kind}{who.key.title()}"


def signed_tokens() -> dict[str, Token]:
    """Return the tokens of OAuth 1.0a. They never run out at X, so an expired one is refused as a revoked one is."""
    ada = person("ada")
    table: dict[str, Token] = {}

    def add(who: Person, kind: str, token: partial[Token]) -> None:
        table[token_name(who, kind)] = token(person=who, token_secret=secret_of(who, kind))

    for who in PEOPLE:
        add(who, "Good", partial(Token))
        add(who, "Expired", partial(Token, answer=answers.bad_token))
        add(who, "Revoked", partial(Token, answer=answers.bad_token))
        add(who, "ForeignApp", partial(Token, app=OTHER_APP))
    for kind, (answer, _, _) in KNOBS.items():
        add(ada, kind, partial(Token, answer=answer, **_WINDOWS.get(kind, {})))
    add(ada, "ClockOff", partial(Token, clock_runs_ahead_s=WINDOW_S + 60))
    add(ada, "Metered", partial(Token, is_metered=True))
    add(ada, "Partial", partial(Token, withholds_email=True))
    add(ada, "OldObject", partial(Token, has_number_only=True))
    return table


def bearer_tokens() -> dict[str, Token]:
    """Return the tokens of OAuth 2.0. One of another app is good here: X itself does not tell them apart."""
    ada = person("ada")
    table: dict[str, Token] = {}
    for who in PEOPLE:
        table[bearer_name(who, "Good")] = Token(person=who)
        table[bearer_name(who, "Expired")] = Token(person=who, answer=answers.bad_token)
        table[bearer_name(who, "Revoked")] = Token(person=who, answer=answers.bad_token)
        table[bearer_name(who, "ForeignApp")] = Token(person=who, app=OTHER_APP)
    table |= {
        bearer_name(ada, "AppOnly"): Token(person=ada, answer=lambda _: answers.unsupported_authentication()),
        bearer_name(ada, "NoUsersRead"): Token(person=ada, scopes=frozenset({"tweet.read"})),
        bearer_name(ada, "Offline"): Token(person=ada, scopes=ALL_SCOPES | {"offline.access"}),
        bearer_name(ada, "NoEmail"): Token(person=ada, scopes=ALL_SCOPES - {"users.email"}),
        bearer_name(ada, "NotEnrolled"): Token(
            person=ada, answer=lambda _: answers.client_forbidden(OUR_APP.client_id)
        ),
        bearer_name(ada, "OtherAppNotEnrolled"): Token(
            person=ada, app=OTHER_APP, answer=lambda _: answers.client_forbidden(OTHER_APP.client_id)
        ),
    }
    return table
