"""Every answer X is known to give, and what it is not known to give, against what must come of it."""

from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from accredit.credentials import ProviderToken
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_twitter.refusals.tables import BEARER, SIGNED, Sign
from accredit_twitter.simulator import TwitterSimulator

NOW = 1_790_000_000.25
SIGNED_TOKEN = ProviderToken.of("1-token", secret="secret")
BEARER_TOKEN = ProviderToken.of("bearer")
PROBLEMS_OF_V2 = {sign for sign in SIGNED if isinstance(sign, str) and not sign.startswith("status ")}
Refusal = type[ExchangeError]
KEYS_ARE_KNOWN = Response("oauth_token=1&oauth_token_secret=2&oauth_callback_confirmed=true")


class Answers:
    """An X that gives `profile` to a question about a user, and `keys` to one about an app's keys alone."""

    def __init__(self, profile: Response, keys: Response) -> None:
        self._profile = profile
        self._keys = keys

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        answer = self._keys if scope["path"] == "/oauth/request_token" else self._profile
        await answer(scope, receive, send)


async def verify(
    answer: Response,
    token: ProviderToken = SIGNED_TOKEN,
    *,
    keys: Response = KEYS_ARE_KNOWN,
    profile_api: str = "v2",
    client_id: str = "10000001",
) -> Identity:
    """Verify a token at a provider that gives `answer`, and knows our keys."""
    async with exchange_for(
        TwitterSimulator(clock=lambda: NOW),
        connection={"accept_unbound_tokens": True, "profile_api": profile_api, "client_id": client_id},
        transport=InProcess({BASE_URL: Answers(answer, keys)}),
        clock=lambda: NOW,
    ) as exchange:
        return await exchange.verify("twitter", token)


async def refusal_of(answer: Response, token: ProviderToken = SIGNED_TOKEN, **options: Any) -> ExchangeError:
    with pytest.raises(ExchangeError) as refused:
        await verify(answer, token, **options)
    return refused.value


def coded(code: object, status: int = 403) -> Response:
    return JSONResponse({"errors": [{"code": code, "message": "quoted-from-x"}]}, status)


def problem(kind: object, status: int = 403, **extra: object) -> Response:
    return JSONResponse({"title": "quoted-from-x", "detail": "quoted-from-x", "type": kind, **extra}, status)


BLANK = "about:blank"
TYPES = ("https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/")
STATUS = {89: 401, 88: 429, 130: 503, 131: 500, "rate-limit-exceeded": 429, "usage-capped": 429, "credits": 402}
"""Where the status is not 403."""
TABLES = {"signed": SIGNED, "bearer": BEARER}
LINES = [(way, sign) for way, table in TABLES.items() for sign in table]
USERS_STATE = (InvalidProviderToken, MissingPermission, ProviderUserBlocked, WrongAudience)
OUR_FAULT = (ProviderMisconfigured, ProviderProtocolError)


def says(sign: Sign, host: str = TYPES[0]) -> Response:
    """Answer as X does where it means `sign`."""
    if isinstance(sign, int):
        return coded(sign, STATUS.get(sign, 403))
    if not sign.startswith("status "):
        return problem(host + sign, STATUS.get(sign, 403))
    status, _, text = sign.removeprefix("status ").partition(" ")
    return problem(BLANK, int(status), detail=f"The account is {text}.")


def token_of(way: str) -> ProviderToken:
    return SIGNED_TOKEN if way == "signed" else BEARER_TOKEN


@pytest.mark.threat(21, 49)
@pytest.mark.parametrize(("way", "sign"), LINES)
async def test_a_line_ends_as_it_says_and_alerts_only_where_we_must_act(way: str, sign: Sign) -> None:
    line = TABLES[way][sign]
    refused = await refusal_of(says(sign), token_of(way))
    assert type(refused) is line.error
    assert refused.detail.startswith(f"users/me: code {sign}")
    if issubclass(line.error, USERS_STATE):
        assert (refused.status, refused.alert) == (401, False)
    elif issubclass(line.error, OUR_FAULT):
        assert (refused.status, refused.alert) == (500, True)
    else:
        assert (refused.status, refused.alert) == (503, False)


@pytest.mark.parametrize("sign", [sign for sign in SIGNED if sign not in PROBLEMS_OF_V2])
async def test_v1_1_says_the_same(sign: Sign) -> None:
    refused = await refusal_of(says(sign), profile_api="v1.1")
    assert type(refused) is SIGNED[sign].error
    assert refused.detail.startswith(f"verify_credentials: code {sign}")


@pytest.mark.parametrize("sign", sorted(PROBLEMS_OF_V2))
async def test_a_problem_is_known_by_its_last_segment_on_either_host(sign: str) -> None:
    for way, table in TABLES.items():
        for host in TYPES:
            refused = await refusal_of(says(sign, host), token_of(way))
            assert type(refused) is (table[sign].error if sign in table else _without_a_line(sign))


def _without_a_line(sign: str) -> Refusal:
    return ProviderRateLimited if sign == "usage-capped" else UnlistedRefusal


@pytest.mark.parametrize(("way", "sign"), LINES)
def test_each_line_quotes_a_page_or_a_report(way: str, sign: Sign) -> None:
    source = TABLES[way][sign].source
    assert any(
        mark in source
        for mark in ("docs.x.com/", "developer.x.com/", "api.x.com/2/openapi.json", "github.com/", "public")
    )


@pytest.mark.threat(49)
@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ("user-suspended", ProviderUserBlocked),
        ("app-suspended", ProviderMisconfigured),
        ("oauth1-permissions", ProviderMisconfigured),
    ],
)
async def test_a_suspended_user_is_told_from_a_suspended_app(sign: str, expected: Refusal) -> None:
    assert type(await refusal_of(says(sign))) is expected


@pytest.mark.threat(49)
@pytest.mark.parametrize("sign", [sign for sign, line in SIGNED.items() if issubclass(line.error, OUR_FAULT)])
async def test_the_state_of_an_app_that_a_bearer_may_not_be_of_is_no_fault_of_ours_time_and_again(sign: Sign) -> None:
    refused = await refusal_of(says(sign), BEARER_TOKEN, client_id="")
    if sign in BEARER and issubclass(BEARER[sign].error, ProviderProtocolError):
        return  # our call was malformed, whosever token it carries
    assert not isinstance(refused, OUR_FAULT)
    # An alert, if any, that is raised once an hour.
    assert refused.alert_key is not None or not refused.alert


@pytest.mark.parametrize("status", [200, 400, 401, 403])
@pytest.mark.parametrize(("code", "expected"), [(89, InvalidProviderToken), (453, ProviderMisconfigured)])
async def test_a_code_decides_whatever_the_status(status: int, code: int, expected: Refusal) -> None:
    assert type(await refusal_of(coded(code, status))) is expected


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("sign", [89, 453, 64, 9999, "user-suspended", "credits"])
async def test_a_refusal_with_a_server_error_is_an_outage(status: int, sign: Sign) -> None:
    answer = coded(sign, status) if isinstance(sign, int) else problem(TYPES[0] + sign, status)
    assert type(await refusal_of(answer)) is ProviderUnavailable


@pytest.mark.parametrize("kind", [BLANK, None])
async def test_a_problem_without_a_type_means_its_status(kind: str | None) -> None:
    for status, signed, bearer in (
        (400, UnlistedRefusal, UnlistedRefusal),
        (401, InvalidProviderToken, InvalidProviderToken),
        (402, ProviderMisconfigured, UnlistedRefusal),
        # X's page: "valid auth but no permission", which may be the user's state or our app's.
        (403, UnlistedRefusal, MissingPermission),
        (404, UnlistedRefusal, UnlistedRefusal),
        (429, ProviderRateLimited, ProviderRateLimited),
        (503, ProviderUnavailable, ProviderUnavailable),
    ):
        body = {"title": "quoted-from-x", "detail": "quoted-from-x"} | ({} if kind is None else {"type": kind})
        assert type(await refusal_of(JSONResponse(body, status))) is signed
        assert type(await refusal_of(JSONResponse(body, status), BEARER_TOKEN)) is bearer


@pytest.mark.parametrize(
    ("detail", "status", "expected"),
    [
        ("Your account is temporarily locked. Please log in to https://twitter.com", 403, ProviderUserBlocked),
        ("YOUR ACCOUNT IS TEMPORARILY LOCKED", 403, ProviderUserBlocked),
        ("Forbidden", 403, UnlistedRefusal),
        (["temporarily locked"], 403, UnlistedRefusal),
        ("temporarily locked", 404, UnlistedRefusal),
    ],
)
async def test_a_locked_account_is_known_by_its_words(detail: object, status: int, expected: Refusal) -> None:
    assert type(await refusal_of(problem(BLANK, status, detail=detail))) is expected


# -- what no table lists


@pytest.mark.parametrize("way", TABLES)
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 410, 451])
@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (lambda status: coded(9999, status), "9999"),
        (lambda status: coded(0, status), "0"),
        (lambda status: problem(TYPES[1] + "said-for-no-reason", status), "said-for-no-reason"),
        # The narrow word decides, not the broad one beside it.
        (lambda status: problem(BLANK, status, errors=[{"code": 9999}]), "9999"),
    ],
    ids=["code", "zero", "problem", "beside about:blank"],
)
async def test_a_reason_that_nobody_has_listed_is_refused_as_what_it_is(
    way: str, status: int, answer: Any, shown: str
) -> None:
    refused = await refusal_of(answer(status), token_of(way))
    assert type(refused) is UnlistedRefusal
    assert refused.detail == f"users/me: no line for code {shown}, status {status}"
    assert (refused.status, refused.alert, refused.alert_key) == (401, True, f"users/me: {shown}")


@pytest.mark.parametrize("status", [402, 429])
async def test_where_the_status_is_the_meaning_an_unknown_code_adds_nothing(status: int) -> None:
    refused = await refusal_of(coded(9999, status))
    assert type(refused) is (ProviderMisconfigured if status == 402 else ProviderRateLimited)


@pytest.mark.parametrize("kind", ["https://api.x.com/2/problems/resource-not-found", "about:blank"])
async def test_a_problem_inside_errors_decides_where_there_is_no_data(kind: str) -> None:
    answer = JSONResponse({"errors": [{"type": kind}]}, 200)
    # A generic problem refers to the status, and this one says that all is well.
    expected = ProviderUnavailable if kind == BLANK else ProviderUserBlocked
    assert type(await refusal_of(answer)) is expected


async def test_the_first_known_sign_decides() -> None:
    answer = JSONResponse({"errors": ["text", {"code": 999}, {"code": 64}, {"code": 89}], "type": "credits"}, 403)
    assert type(await refusal_of(answer)) is ProviderUserBlocked


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ("", 402, ProviderMisconfigured),
        ("<html>", 402, ProviderMisconfigured),
        ("", 429, ProviderRateLimited),
        ("<html>", 429, ProviderRateLimited),
        ("", 404, ProviderProtocolError),
        ("<html>", 404, ProviderUnavailable),
        ("", 400, ProviderUnavailable),
        ("", 401, ProviderUnavailable),
        ("{}", 401, ProviderUnavailable),
        ("[]", 403, ProviderUnavailable),
        ("<html>", 403, ProviderUnavailable),
        ("", 500, ProviderUnavailable),
        ("<html>", 503, ProviderUnavailable),
        ("", 200, ProviderUnavailable),
        ("<html>", 200, ProviderUnavailable),
        ("null", 200, ProviderUnavailable),
        ("[" * 50_000, 200, ProviderUnavailable),
        ('{"data":{"id":"1"}}', 201, ProviderUnavailable),
        ("", 302, ProviderUnavailable),
    ],
)
async def test_without_a_code_little_is_believed(body: str, status: int, expected: Refusal) -> None:
    assert type(await refusal_of(Response(body, status))) is expected


@pytest.mark.parametrize("code", ["89", 89.0, True, None, [89], {"code": 89}])
async def test_a_code_of_another_type_is_nonsense(code: object) -> None:
    assert type(await refusal_of(coded(code, 401))) is ProviderUnavailable


@pytest.mark.parametrize("errors", ["89", 89, None, {"code": 89}, [89], [[{"code": 89}]]])
async def test_errors_of_another_shape_fail_closed(errors: object) -> None:
    assert type(await refusal_of(JSONResponse({"errors": errors}, 401))) is ProviderUnavailable


@pytest.mark.parametrize(
    "kind", [None, 401, [BLANK], "", "ABOUT:BLANK", "x/credits/", "Credits", "x/a b", "x/é", "x/" + "a" * 41, "a\nb"]
)
async def test_a_problem_whose_type_cannot_be_read_is_nonsense(kind: object) -> None:
    assert type(await refusal_of(problem(kind, 401))) is ProviderUnavailable


@pytest.mark.parametrize(
    ("reset", "expected"),
    [
        ("1790000900", 900),
        ("1790000002", 2),
        ("1790000001", 1),
        ("1790000000", 1),
        ("1789990000", 1),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1790000900.5", None),
        ("١٧٩٠٠٠٠٩٠٠".encode().decode("latin-1"), None),
        ("9" * 5000, None),
    ],
)
async def test_a_rate_limit_ends_when_x_says_the_window_does(reset: str, expected: int | None) -> None:
    refused = await refusal_of(Response(coded(88).body, 429, {"x-rate-limit-reset": reset}))
    assert isinstance(refused, ProviderRateLimited)
    assert refused.retry_after_s == expected


FIFTEEN, USER, APP = "x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour"


@pytest.mark.threat(51)
@pytest.mark.parametrize(
    ("windows", "expected", "is_apps"),
    [
        ({FIFTEEN: ("5", 900), USER: ("0", 40_000)}, 40_000, False),
        ({FIFTEEN: ("0", 900), USER: ("7", 40_000)}, 900, False),
        ({FIFTEEN: ("0", 900), USER: ("0", 300), APP: ("0", 20_000)}, 20_000, True),
        ({FIFTEEN: ("0", 900), USER: ("0", 40_000), APP: ("0", 20_000)}, 40_000, True),
        ({FIFTEEN: ("0", 900), APP: ("1", 20_000)}, 900, False),
        ({FIFTEEN: ("5", 900)}, 900, False),
        ({USER: ("5", 900)}, None, False),
        ({APP: ("0", 10**11)}, 86_400, True),
        ({APP: ("00", 900)}, 900, True),
        ({APP: ("-1", 900)}, 900, True),
        # What remains is not said: the window may be the one, and is not called so.
        ({FIFTEEN: (None, 900), APP: (None, 20_000)}, 900, False),
        ({FIFTEEN: ("0", 900), APP: (None, 20_000)}, 900, False),
        ({FIFTEEN: ("0", 900), APP: ("", 20_000)}, 900, False),
        ({FIFTEEN: ("0", 900), APP: ("0.0", 20_000)}, 900, False),
        # A window that is over by our clock refuses nothing, unless no other does.
        ({FIFTEEN: ("0", 900), APP: ("0", -60)}, 900, False),
        ({FIFTEEN: ("3", 900), APP: ("0", -60)}, 900, False),
        ({FIFTEEN: ("0", -60)}, 1, False),
        # When it ends is not said, or nobody can read it.
        ({FIFTEEN: ("0", 900), APP: ("0", None)}, 900, True),
        ({APP: ("0", None)}, None, True),
        ({FIFTEEN: ("9" * 5000, 900), APP: ("0", "9" * 5000)}, None, True),
    ],
)
async def test_of_several_windows_those_that_are_used_up_count_and_the_last_to_end(
    windows: dict[str, tuple[str | None, int | str | None]], expected: int | None, is_apps: bool
) -> None:
    headers = {f"{name}-remaining": left for name, (left, _) in windows.items() if left is not None}
    for name, (_, ends_in) in windows.items():
        if ends_in is not None:
            headers[f"{name}-reset"] = ends_in if isinstance(ends_in, str) else str(1_790_000_000 + ends_in)
    refused = await refusal_of(Response(coded(88).body, 429, headers))
    assert type(refused) is (ProviderQuotaExhausted if is_apps else ProviderRateLimited)
    assert (refused.retry_after_s, refused.alert) == (expected, is_apps)


@pytest.mark.threat(49)
async def test_the_used_up_limit_of_a_bearers_app_may_be_anothers_and_calls_nobody() -> None:
    headers = {"x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": "1790020000"}
    refused = await refusal_of(Response(coded(88).body, 429, headers), BEARER_TOKEN)
    assert (type(refused), refused.retry_after_s) == (ProviderRateLimited, 20_000)


async def test_a_used_up_window_beside_another_refusal_means_nothing() -> None:
    headers = {"x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": "1790020000"}
    assert type(await refusal_of(Response(coded(64).body, 403, headers))) is ProviderUserBlocked


async def test_a_rate_limit_without_a_reset_names_no_time() -> None:
    assert (await refusal_of(coded(88, 429))).retry_after_s is None


async def test_a_monthly_cap_is_no_rate_limit_although_it_is_a_429() -> None:
    answer = problem("https://api.twitter.com/2/problems/usage-capped", 429)
    answer.headers["x-rate-limit-reset"] = "1790000900"
    refused = await refusal_of(answer)
    assert type(refused) is ProviderMisconfigured
    assert refused.retry_after_s is None


@pytest.mark.parametrize(
    ("named", "ours", "expected"),
    [
        ("10000001", "10000001", ProviderMisconfigured),
        ("10000002", "10000001", WrongAudience),
        ("1000000", "10000001", WrongAudience),
        ("100000011", "10000001", WrongAudience),
        (10000001, "10000001", WrongAudience),
        (["10000001"], "10000001", WrongAudience),
        (None, "10000001", WrongAudience),
        ("", "", WrongAudience),
        (None, "", WrongAudience),
        ("10000001", "", WrongAudience),
    ],
)
async def test_a_forbidden_app_behind_a_bearer_is_ours_only_if_x_names_it(
    named: object, ours: str, expected: Refusal
) -> None:
    answer = problem("https://api.twitter.com/2/problems/client-forbidden", client_id=named)
    assert type(await refusal_of(answer, BEARER_TOKEN, client_id=ours)) is expected


@pytest.mark.parametrize("named", ["10000001", "10000002", None])
async def test_a_forbidden_app_behind_our_signature_is_ours(named: object) -> None:
    answer = problem("https://api.twitter.com/2/problems/client-forbidden", client_id=named)
    assert type(await refusal_of(answer)) is ProviderMisconfigured


@pytest.mark.parametrize(
    "user_id", [1, 1.0, True, None, "", " 1", "1 ", "1|2", "1a", "-1", "١", "1" * 20, ["1"], {"id": "1"}]
)
async def test_a_user_id_that_is_no_string_of_digits_is_nonsense(user_id: object) -> None:
    assert type(await refusal_of(JSONResponse({"data": {"id": user_id}}))) is ProviderUnavailable
    assert type(await refusal_of(JSONResponse({"id": 1, "id_str": user_id}), profile_api="v1.1")) is ProviderUnavailable


@pytest.mark.threat(27)
@pytest.mark.parametrize("user_id", ["1", "007", "9007199254740993", "9" * 19])
async def test_a_user_id_is_kept_exactly(user_id: str) -> None:
    assert (await verify(JSONResponse({"data": {"id": user_id}}))).user_id == user_id
    old = JSONResponse({"id": 5, "id_str": user_id})
    assert (await verify(old, profile_api="v1.1")).user_id == user_id


async def test_an_old_object_has_its_id_as_a_number_of_any_size() -> None:
    assert (await verify(JSONResponse({"id": 9007199254740993}), profile_api="v1.1")).user_id == "9007199254740993"


@pytest.mark.parametrize("number", ["1", 1.0, True, None, -1, 10**19])
async def test_an_old_object_with_another_kind_of_id_is_nonsense(number: object) -> None:
    assert type(await refusal_of(JSONResponse({"id": number}), profile_api="v1.1")) is ProviderUnavailable


@pytest.mark.parametrize("data", [None, [], ["1"], "1", {}, {"username": "ada"}])
async def test_an_answer_without_a_user_is_nonsense(data: object) -> None:
    assert type(await refusal_of(JSONResponse({"data": data}))) is ProviderUnavailable


@pytest.mark.parametrize("body", [{}, {"screen_name": "ada"}, {"data": {"id": "1"}}])
async def test_v1_1_does_not_take_an_answer_without_a_user_or_of_v2(body: dict[str, Any]) -> None:
    assert type(await refusal_of(JSONResponse(body), profile_api="v1.1")) is ProviderUnavailable


async def test_v2_does_not_take_an_answer_of_v1_1() -> None:
    assert type(await refusal_of(JSONResponse({"id": 1, "id_str": "1"}))) is ProviderUnavailable


async def test_errors_beside_the_user_cost_fields_and_not_the_login() -> None:
    errors = [{"code": 89}, {"type": "https://api.x.com/2/problems/not-authorized-for-field"}]
    identity = await verify(JSONResponse({"data": {"id": "1", "name": "Ada"}, "errors": errors}))
    assert identity.profile.claims() == {"name": "Ada"}


async def test_a_suspended_user_is_refused_although_v1_1_answers_200() -> None:
    body = {"id_str": "1", "suspended": True}
    assert type(await refusal_of(JSONResponse(body), profile_api="v1.1")) is ProviderUserBlocked


@pytest.mark.parametrize("suspended", [False, None])
async def test_who_is_not_called_suspended_may_log_in(suspended: object) -> None:
    answer = JSONResponse({"id_str": "1", "suspended": suspended})
    assert (await verify(answer, profile_api="v1.1")).user_id == "1"


@pytest.mark.threat(47)
@pytest.mark.parametrize("suspended", ["true", "false", "", 1, 0, [], {}])
async def test_a_suspension_that_is_no_boolean_is_nonsense(suspended: object) -> None:
    answer = JSONResponse({"id_str": "1", "suspended": suspended})
    assert type(await refusal_of(answer, profile_api="v1.1")) is ProviderUnavailable


@pytest.mark.parametrize(
    "answer",
    [coded(89), coded(999), problem("https://api.x.com/2/problems/Quoted from X"), problem("about:blank", 401)],
)
async def test_no_text_of_the_provider_gets_into_the_detail(answer: Response) -> None:
    refused = await refusal_of(answer)
    assert refused.detail
    assert "quoted" not in refused.detail


# -- a signature that is wrong: the token's part of it, or ours

BLANK_401 = problem(BLANK, 401)
WRONG_KEYS = coded(32, 401)


def xml(code: int) -> Response:
    text = f"<?xml version='1.0' encoding='UTF-8'?><errors><error code=\"{code}\">quoted-from-x</error></errors>"
    return Response(text, 403, media_type="application/xml")


@pytest.mark.threat(21, 49)
@pytest.mark.parametrize(
    "answer", [coded(32, 401), coded(99, 403), coded(215, 400), BLANK_401], ids=["32", "99", "215", "v2"]
)
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (KEYS_ARE_KNOWN, InvalidProviderToken),
        (WRONG_KEYS, ProviderMisconfigured),
        (BLANK_401, ProviderMisconfigured),
        (coded(99, 403), ProviderMisconfigured),
        (coded(215, 400), ProviderMisconfigured),
        (xml(32), ProviderMisconfigured),
        (coded(416, 401), ProviderMisconfigured),
        (coded(135, 401), ProviderMisconfigured),
        (coded(453, 403), ProviderMisconfigured),
        # Only a right signature is told about its callback.
        (xml(415), InvalidProviderToken),
        (coded(415, 403), InvalidProviderToken),
        (coded(417, 401), InvalidProviderToken),
        # X does not tell: what it says of the token stands.
        (coded(88, 429), InvalidProviderToken),
        (coded(9999, 403), InvalidProviderToken),
        (Response("", 404), InvalidProviderToken),
        (Response("<html>", 200), InvalidProviderToken),
        (Response("<html>", 503), InvalidProviderToken),
        (Response("", 302), InvalidProviderToken),
        (coded(32, 500), InvalidProviderToken),
        (Response("Failed to validate oauth signature and token", 401), InvalidProviderToken),
    ],
    ids=range(20),
)
async def test_a_wrong_secret_of_ours_is_told_from_a_bad_token(
    answer: Response, keys: Response, expected: Refusal
) -> None:
    refused = await refusal_of(answer, keys=keys)
    assert type(refused) is expected
    assert refused.detail.startswith("oauth/request_token" if expected is ProviderMisconfigured else "users/me")
    assert "quoted" not in refused.detail


@pytest.mark.threat(49)
@pytest.mark.parametrize("sign", [sign for sign in SIGNED if sign not in {32, 99, 215, "status 401"}])
async def test_nothing_else_makes_us_ask_about_our_keys(sign: Sign) -> None:
    assert type(await refusal_of(says(sign), keys=WRONG_KEYS)) is SIGNED[sign].error


async def test_a_bearer_says_nothing_of_our_keys() -> None:
    assert type(await refusal_of(BLANK_401, BEARER_TOKEN, keys=WRONG_KEYS)) is InvalidProviderToken


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (problem("https://api.x.com/2/problems/credits", 402), "credits"),
        (Response("<html>", 402), "status-402"),
        (problem("about:blank", 418), "status-418"),
    ],
)
async def test_the_alert_names_what_x_says_of_a_bearers_app(answer: Response, code: str) -> None:
    refused = await refusal_of(answer, token_of("bearer"))
    assert isinstance(refused, UnlistedRefusal)
    assert refused.alert_key == f"users/me: {code}"
