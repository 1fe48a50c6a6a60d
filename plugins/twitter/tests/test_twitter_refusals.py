"""Every answer X is known to give, and what it is not known to give, against what must come of it."""

from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    WrongAudience,
)
from accredit.models import Identity, ProviderToken
from accredit.testing import InProcess, exchange_for
from accredit.testing.workbench import BASE_URL
from accredit_twitter.simulator import TwitterSimulator

NOW = 1_790_000_000.25
SIGNED = ProviderToken.of("1-token", secret="secret")
BEARER = ProviderToken.of("bearer")
Refusal = type[ExchangeError]


async def verify(
    answer: Response, token: ProviderToken = SIGNED, *, profile_api: str = "v2", client_id: str = "10000001"
) -> Identity:
    """Verify a token at a provider that gives `answer` to everything: a response is an ASGI app."""
    async with exchange_for(
        TwitterSimulator(clock=lambda: NOW),
        connection={"accept_unbound_tokens": True, "profile_api": profile_api, "client_id": client_id},
        transport=InProcess({BASE_URL: answer}),
        clock=lambda: NOW,
    ) as exchange:
        return await exchange.verify("twitter", token)


async def refusal_of(answer: Response, token: ProviderToken = SIGNED, **options: Any) -> ExchangeError:
    with pytest.raises(ExchangeError) as refused:
        await verify(answer, token, **options)
    return refused.value


def coded(code: object, status: int = 403) -> Response:
    return JSONResponse({"errors": [{"code": code, "message": "quoted-from-x"}]}, status)


def problem(kind: object, status: int = 403, **extra: object) -> Response:
    return JSONResponse({"title": "quoted-from-x", "detail": "quoted-from-x", "type": kind, **extra}, status)


CODES: list[tuple[int, int, Refusal]] = [
    (17, 404, ProviderUserBlocked),
    (32, 401, InvalidProviderToken),
    (34, 404, ProviderProtocolError),
    (50, 404, ProviderUserBlocked),
    (63, 403, ProviderUserBlocked),
    (64, 403, ProviderUserBlocked),
    (68, 410, ProviderProtocolError),
    (87, 403, ProviderMisconfigured),
    (88, 429, ProviderRateLimited),
    (89, 401, InvalidProviderToken),
    (92, 403, ProviderProtocolError),
    (99, 403, ProviderMisconfigured),
    (130, 503, ProviderUnavailable),
    (131, 500, ProviderUnavailable),
    (135, 401, ProviderMisconfigured),
    (215, 400, ProviderProtocolError),
    (220, 403, InvalidProviderToken),
    (226, 403, ProviderUserBlocked),
    (251, 410, ProviderProtocolError),
    (326, 403, ProviderUserBlocked),
    (415, 403, ProviderMisconfigured),
    (416, 401, ProviderMisconfigured),
    (417, 401, ProviderMisconfigured),
    (453, 403, ProviderMisconfigured),
]


@pytest.mark.threat(21)
@pytest.mark.parametrize("profile_api", ["v2", "v1.1"])
@pytest.mark.parametrize(("code", "status", "expected"), CODES)
async def test_a_code_decides(code: int, status: int, expected: Refusal, profile_api: str) -> None:
    refused = await refusal_of(coded(code, status), profile_api=profile_api)
    assert type(refused) is expected
    assert refused.detail == f"X answers {code}"


@pytest.mark.parametrize("status", [200, 400, 401, 403, 500])
@pytest.mark.parametrize(("code", "expected"), [(89, InvalidProviderToken), (453, ProviderMisconfigured)])
async def test_a_code_decides_whatever_the_status(status: int, code: int, expected: Refusal) -> None:
    assert type(await refusal_of(coded(code, status))) is expected


PROBLEMS: list[tuple[str, int, Refusal, Refusal]] = [  # type, status, signed call, bearer call
    ("about:blank", 401, InvalidProviderToken, InvalidProviderToken),
    ("about:blank", 403, ProviderUserBlocked, MissingPermission),
    ("about:blank", 429, ProviderRateLimited, ProviderRateLimited),
    ("about:blank", 503, ProviderUnavailable, ProviderUnavailable),
    ("credits", 402, ProviderMisconfigured, ProviderMisconfigured),
    ("client-forbidden", 403, ProviderMisconfigured, WrongAudience),
    ("field-unauthorized", 403, MissingPermission, MissingPermission),
    ("invalid-request", 400, ProviderProtocolError, ProviderProtocolError),
    ("not-authorized-for-field", 403, MissingPermission, MissingPermission),
    ("not-authorized-for-resource", 403, ProviderUserBlocked, MissingPermission),
    ("rate-limit-exceeded", 429, ProviderRateLimited, ProviderRateLimited),
    ("resource-not-found", 404, ProviderUserBlocked, ProviderUserBlocked),
    ("unsupported-authentication", 403, ProviderProtocolError, InvalidProviderToken),
    ("usage-capped", 429, ProviderMisconfigured, ProviderMisconfigured),
]


@pytest.mark.threat(21)
@pytest.mark.parametrize("host", ["https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/"])
@pytest.mark.parametrize(("kind", "status", "if_signed", "if_bearer"), PROBLEMS)
async def test_a_problem_decides(kind: str, status: int, if_signed: Refusal, if_bearer: Refusal, host: str) -> None:
    kind = kind if kind == "about:blank" else host + kind
    assert type(await refusal_of(problem(kind, status))) is if_signed
    assert type(await refusal_of(problem(kind, status), BEARER)) is if_bearer


@pytest.mark.parametrize("kind", ["https://api.x.com/2/problems/resource-not-found", "about:blank"])
async def test_a_problem_inside_errors_decides_where_there_is_no_data(kind: str) -> None:
    answer = JSONResponse({"errors": [{"type": kind}]}, 200)
    expected = ProviderUnavailable if kind == "about:blank" else ProviderUserBlocked
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


@pytest.mark.parametrize("code", ["89", 89.0, True, None, [89], {"code": 89}, 999, -89, 0])
async def test_an_unknown_code_or_one_of_another_type_fails_closed(code: object) -> None:
    assert type(await refusal_of(coded(code, 401))) is ProviderUnavailable


@pytest.mark.parametrize("errors", ["89", 89, None, {"code": 89}, [89], [[{"code": 89}]]])
async def test_errors_of_another_shape_fail_closed(errors: object) -> None:
    assert type(await refusal_of(JSONResponse({"errors": errors}, 401))) is ProviderUnavailable


@pytest.mark.parametrize("kind", [None, 401, ["about:blank"], "", "ABOUT:BLANK", "x/creditsx", "x/credits/", "Credits"])
async def test_an_unknown_problem_or_one_of_another_type_fails_closed(kind: object) -> None:
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


@pytest.mark.threat(51)
@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ({"x-rate-limit": ("5", 900), "x-user-limit-24hour": ("0", 40_000)}, 40_000),
        ({"x-rate-limit": ("0", 900), "x-user-limit-24hour": ("7", 40_000)}, 900),
        ({"x-rate-limit": ("0", 900), "x-user-limit-24hour": ("0", 300), "x-app-limit-24hour": ("0", 20_000)}, 20_000),
        ({"x-rate-limit": ("5", 900)}, 900),
        ({"x-user-limit-24hour": ("5", 900)}, None),
        ({"x-app-limit-24hour": ("0", 10**11)}, 86_400),
    ],
)
async def test_of_several_windows_the_one_that_is_used_up_counts(
    windows: dict[str, tuple[str, int]], expected: int | None
) -> None:
    headers = {f"{name}-remaining": left for name, (left, _) in windows.items()}
    headers |= {f"{name}-reset": str(1_790_000_000 + ends_in) for name, (_, ends_in) in windows.items()}
    assert (await refusal_of(Response(coded(88).body, 429, headers))).retry_after_s == expected


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
    assert type(await refusal_of(answer, BEARER, client_id=ours)) is expected


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


@pytest.mark.parametrize("suspended", [False, None, "true", 1])
async def test_only_true_means_suspended(suspended: object) -> None:
    answer = JSONResponse({"id_str": "1", "suspended": suspended})
    assert (await verify(answer, profile_api="v1.1")).user_id == "1"


@pytest.mark.parametrize(
    "answer",
    [coded(89), coded(999), problem("https://api.x.com/2/problems/quoted-from-x"), problem("about:blank", 401)],
)
async def test_no_text_of_the_provider_gets_into_the_detail(answer: Response) -> None:
    refused = await refusal_of(answer)
    assert refused.detail
    assert "quoted" not in refused.detail
