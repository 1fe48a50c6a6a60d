"""What to try on the simulated X, and what must come of it."""

from collections.abc import Iterator, Mapping, Sequence

from accredit.testing import ACCEPTED, PEOPLE, Codes, Person, Sample, person
from accredit_twitter.simulator.codes import binding
from accredit_twitter.simulator.tokens import KNOBS, bearer_name, secret_of, token_name


def all_samples() -> Sequence[Sample]:
    """Return the good ones first, ada's before all others, then every refusal."""
    return (*_good(), *_refused())


def code_samples(codes: Codes[str]) -> Iterator[Sample]:
    """Yield a code of ada's, and one for each refusal."""
    ada = person("ada")
    return codes.fix_samples("SimCode-{}-ada", bearer_name(ada, "Good"), binding(), claims=_claims(ada))


def other_tokens() -> Mapping[str, str]:
    """Return tokens whose verdict depends on settings or on time, with what they are."""
    ada, only = person("ada"), "only with accept_unbound_tokens"
    metered = f"{token_name(ada, 'Metered')}:{secret_of(ada, 'Metered')}"
    return {
        metered: "good for 75 calls in 15 minutes, and then no more (code 88)",
        **{bearer_name(who, "Good"): f"a bearer token of {who.name}; {only}" for who in PEOPLE},
        bearer_name(ada, "ForeignApp"): f"another app's bearer token, which nobody can tell from ours; {only}",
        bearer_name(ada, "Expired"): "a bearer token after its two hours",
        bearer_name(ada, "AppOnly"): "the bearer token of an app, not of a user",
        bearer_name(ada, "NoUsersRead"): "a bearer token without the scope users.read",
        bearer_name(ada, "Offline"): f"a bearer token with the scope offline.access; {only}",
        bearer_name(ada, "NoEmail"): f"a bearer token without the scope users.email; {only}",
        bearer_name(ada, "NotEnrolled"): "a bearer token of ours, while our app is in no project",
        bearer_name(ada, "OtherAppNotEnrolled"): "a bearer token of another app that is in no project",
    }


def _signed(who: Person, kind: str) -> dict[str, str]:
    return {"access_token": token_name(who, kind), "access_token_secret": secret_of(who, kind)}


def _claims(who: Person) -> dict[str, object]:
    claims = {"name": who.name, "nickname": who.screen_name, "preferred_username": who.screen_name}
    claims["profile"] = f"https://x.com/{who.screen_name}"
    return claims | ({"email": who.email, "email_verified": True} if who.email else {})


def _good() -> Iterator[Sample]:
    ada = person("ada")
    for who in PEOPLE:
        yield Sample(
            name="good" if who is ada else f"good-{who.key}",
            about=f"{who.name}, token and secret of OAuth 1.0a",
            parameters=_signed(who, "Good"),
            expected=ACCEPTED,
            claims=_claims(who),
        )
    yield Sample(
        name="joined",
        about="token and secret in one field, as `token:secret`",
        parameters={"access_token": f"{token_name(ada, 'Good')}:{secret_of(ada, 'Good')}"},
        expected=ACCEPTED,
        claims=_claims(ada),
    )
    yield Sample(
        name="partial",
        about="X withholds the e-mail and says so in `errors`, with status 200",
        parameters=_signed(ada, "Partial"),
        expected=ACCEPTED,
        claims={"name": ada.name},
    )
    yield Sample(
        name="old_object",
        about="v1.1 has an object of old for her, without id_str",
        parameters=_signed(ada, "OldObject"),
        expected=ACCEPTED,
        claims=_claims(ada),
    )


def _refused() -> Iterator[Sample]:
    ada = person("ada")
    for kind, about in (
        ("Expired", "a token that is no longer good"),
        ("Revoked", "the user has removed our app"),
        ("ForeignApp", "another app's token and secret: X does not take it under our signature"),
    ):
        for who in PEOPLE:
            name = {"ForeignApp": "foreign_app"}.get(kind, kind.lower())
            yield Sample(
                name=name if who is ada else f"{name}-{who.key}",
                about=about,
                parameters=_signed(who, kind),
                expected="invalid_token",
                is_foreign=kind == "ForeignApp",
            )
    yield Sample(
        name="unknown",
        about="a token X has never issued",
        parameters={"access_token": f"{ada.number}-SimNobody", "access_token_secret": "SimTokenSecretNobody"},
        expected="invalid_token",
    )
    yield Sample(
        name="wrong_secret",
        about="ada's token with grace's secret",
        parameters=_signed(ada, "Good") | {"access_token_secret": secret_of(person("grace"), "Good")},
        expected="invalid_token",
    )
    yield Sample(
        name="bearer",
        about="a bearer token of OAuth 2.0: nobody can tell which app it is for",
        parameters={"access_token": bearer_name(ada, "Good")},
        expected="missing_parameter",
    )
    yield Sample(
        name="clock_off",
        about="our clock is off (code 135)",
        parameters=_signed(ada, "ClockOff"),
        expected="provider_misconfigured",
    )
    for kind, (_, reason, about) in KNOBS.items():
        yield Sample(name=_snake(kind), about=about, parameters=_signed(ada, kind), expected=reason)


def _snake(kind: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind).removeprefix("_")
