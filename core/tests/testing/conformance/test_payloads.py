"""Golden payloads: read exactly as documented."""

import json
from pathlib import Path
from typing import Any

import pytest

from accredit import JwtAudience
from accredit.testing.conformance.bench.payloads import read_payloads

GOOD: dict[str, Any] = {
    "verification": {"user_id": "1", "claims": {"name": "Ada"}},
    "profile": {"name": "Ada"},
}


def write(folder: Path, value: Any, name: str = "one.json") -> Path:
    (folder / name).write_text(json.dumps(value), "utf-8")
    return folder


def test_a_payload_becomes_a_verification(tmp_path: Path) -> None:
    audience = {"JwtAudience": {"aud": ["a", "b"], "azp": None}}
    verification = {**GOOD["verification"], "audience": audience, "scopes": ["x"], "expires_at": 7}
    (payload,) = read_payloads(write(tmp_path, {**GOOD, "verification": verification}))
    built = payload.build()
    assert (built.user_id, built.claims, built.expires_at) == ("1", {"name": "Ada"}, 7)
    assert built.audience == JwtAudience(("a", "b"), None)
    assert built.scopes == frozenset({"x"})


def test_each_build_is_new(tmp_path: Path) -> None:
    (payload,) = read_payloads(write(tmp_path, GOOD))
    first: Any = payload.build().claims
    first["name"] = "changed"
    assert payload.build().claims == {"name": "Ada"}


def test_numbers_above_2_53_stay_exact(tmp_path: Path) -> None:
    value = {**GOOD, "verification": {"user_id": "1", "claims": {"id": 9007199254740993}}}
    (payload,) = read_payloads(write(tmp_path, value))
    assert payload.build().claims["id"] == 9007199254740993


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"verification": GOOD["verification"]},
        {"profile": {}},
        {**GOOD, "profil": {}},
        {**GOOD, "assurance": "unverified"},
        {**GOOD, "profile": {"email": "a@example.com"}},
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, wrong: Any) -> None:
    with pytest.raises(AssertionError, match=r"one\.json"):
        read_payloads(write(tmp_path, wrong))


def test_at_least_one_is_required(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="at least one golden payload"):
        read_payloads(tmp_path)
    with pytest.raises(AssertionError, match="no folder"):
        read_payloads(tmp_path / "nowhere")


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "c.txt"):
        write(tmp_path, GOOD, name)
    assert [payload.name for payload in read_payloads(tmp_path)] == ["a.json", "b.json"]
