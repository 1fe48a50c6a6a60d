import base64
import dataclasses
import json
from typing import Any

import pytest
from pydantic import SecretStr

from accredit.audience import AppBound, JwtAudience, SignedByUs, Unbound
from accredit.credentials import ProviderToken
from accredit.errors import InvalidParameter
from accredit.models import ExchangeRequest, TokenSet, Verification


def test_a_token_may_hold_every_printable_ascii_character() -> None:
    printable = "".join(map(chr, range(0x20, 0x7F)))
    token = ProviderToken.of(printable, secret=printable, nonce=printable)
    assert token.reveal() == printable


@pytest.mark.parametrize("character", ["\x00", "\t", "\n", "\r", "\x1f", "\x7f", "\x80", "é", "\u2028", "\ud800", "😀"])
@pytest.mark.parametrize("parameter", ["access_token", "access_token_secret", "nonce"])
def test_a_token_with_another_character_is_refused_by_its_parameters_name(parameter: str, character: str) -> None:
    parts = {"access_token": "token", "access_token_secret": "secret", "nonce": "nonce"}
    parts[parameter] += character
    with pytest.raises(InvalidParameter) as refused:
        ProviderToken.of(parts["access_token"], secret=parts["access_token_secret"], nonce=parts["nonce"])
    assert refused.value.description == f"invalid {parameter} parameter"
    assert refused.value.__context__ is None


@pytest.mark.parametrize("parts", [{"value": ""}, {"value": "t", "secret": ""}, {"value": "t", "nonce": ""}])
def test_an_empty_part_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        ProviderToken.of(**parts)


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@pytest.mark.parametrize("payload", [{}, {"sub": "1"}, {"name": "\N{SNOWMAN}"}])
@pytest.mark.parametrize("header", [b'{"alg":"RS256"}', b'{"alg":"none"}', b"{}", b"not json", b""])
def test_a_jwt_is_known_by_its_middle_alone(header: bytes, payload: dict[str, Any]) -> None:
    middle = encoded(json.dumps(payload).encode())
    assert ProviderToken.of(f"{encoded(header)}.{middle}.signature").is_jwt


HEADER = encoded(b'{"alg":"HS256"}')


@pytest.mark.parametrize(
    "token",
    [
        "EAAB",
        "a.b.c",
        "..",
        f"{HEADER}..",
        f"{HEADER}.{encoded(b'[1]')}.c",
        f"{HEADER}.{encoded(b'null')}.c",
        f"{HEADER}.{encoded(b'not json')}.c",
        f"{HEADER}.{encoded(bytes(range(64)))}.c",
        f"{HEADER}.{encoded(b'[' * 12_000)}.c",
        f"{HEADER}.{encoded(b'{}')}",
        f"{HEADER}.{encoded(b'{}')}.c.d",
        f"{encoded(b'{}')}.b.c",
    ],
)
def test_anything_else_is_an_access_token(token: str) -> None:
    assert not ProviderToken.of(token).is_jwt


def test_an_access_token_with_a_header_as_line_issues_them_is_no_jwt() -> None:
    # Source: https://developers.line.biz/en/reference/line-login/ (three parts, of which only the first is JSON).
    line = f"{HEADER}.UnQ_o-GP0VtnwDjbK0C8E_NvK3EI3IDxHV6hGmj1c_O4.l-XD8Pym7uvfiNl_ZjUr"
    assert not ProviderToken.of(line).is_jwt


@pytest.mark.parametrize("user_id", ["1", "00012", "9007199254740993", "A-b_c.d@e", "~{}", "x" * 200])
@pytest.mark.parametrize("proof", [AppBound("a"), JwtAudience(("a",)), SignedByUs("k"), Unbound("none")])
def test_a_verification_keeps_the_exact_user_id_and_the_proof(user_id: str, proof: Any) -> None:
    verification = Verification(user_id=user_id, audience=proof, claims={})
    assert verification.user_id == user_id
    assert verification.audience is proof


@pytest.mark.parametrize("user_id", ["", "x" * 201, "a|b", "a b", " 1", "1\n", "a\x00", "é", "\x7f", "１"])
def test_a_user_id_that_could_be_mistaken_is_refused(user_id: str) -> None:
    with pytest.raises(ValueError, match="user_id must be 1 to 200 printable ASCII characters"):
        Verification(user_id=user_id, audience=AppBound("a"), claims={})


@pytest.mark.parametrize("user_id", [1, 1.5, None, True, b"1", ["1"]])
def test_a_user_id_that_is_no_string_is_refused(user_id: Any) -> None:
    with pytest.raises(TypeError, match="user_id must be a string"):
        Verification(user_id=user_id, audience=AppBound("a"), claims={})


@pytest.mark.parametrize("proof", [None, True, "app", ("app",), AppBound])
def test_a_verification_without_proof_of_audience_cannot_be_built(proof: Any) -> None:
    with pytest.raises(TypeError, match="audience must be an AudienceProof"):
        Verification(user_id="1", audience=proof, claims={})


def test_no_value_shows_a_secret_and_every_value_is_frozen() -> None:
    token = ProviderToken.of("s3cret-1", secret="s3cret-2", nonce="s3cret-3")
    bearer = SecretStr("s3cret-4")
    values: list[Any] = [
        token,
        ExchangeRequest(client_id="a", connection="b", token=token, bearer=bearer, main_access_token=bearer),
        Verification(user_id="1", audience=AppBound("a"), claims={"raw": "s3cret-5"}),
        TokenSet(access_token=bearer, expires_in=1, scopes=(), subject="s", id_token=bearer, refresh_token=bearer),
    ]
    for value in values:
        assert "s3cret" not in repr(value) + str(value)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, dataclasses.fields(value)[0].name, None)
