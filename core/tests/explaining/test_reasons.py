"""Words for everything that a request can end in, and none for anything else."""

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import accredit
from accredit.audience import AudienceProof
from accredit.audit.events import VerifiedBy
from accredit.errors import ExchangeError
from accredit.explaining.reasons import REASONS
from accredit.explaining.steps import LOGIN, VERIFY
from accredit.explaining.words.apps import APPS
from accredit.explaining.words.checks import CHECKS, PROOFS, VERIFIED_BY
from accredit.explaining.words.credentials import CREDENTIALS
from accredit.explaining.words.fields import FIELDS
from accredit.explaining.words.ours import TOKENS
from accredit.explaining.words.outages import OUTAGES
from accredit.explaining.words.people import PEOPLE
from accredit.explaining.words.requests import REQUESTS
from accredit.explaining.words.variants import VARIANTS
from accredit.explaining.words.words import Who

PACKAGE = Path(accredit.__file__).parent
PARTS = (CREDENTIALS, PEOPLE, TOKENS, APPS, REQUESTS, OUTAGES)
TEXTS = {
    f"{reason}-{field}": text
    for reason, words in sorted({**REASONS, **VARIANTS}.items())
    for field, text in dataclasses.asdict(words).items()
    if field != "who"
}
TEXTS |= {
    f"{reason}-who{n}": text
    for reason, one in sorted({**REASONS, **VARIANTS}.items())
    for n, (_, text) in enumerate(one.who)
}
TEXTS |= {f"{name}-about": text for part in (CHECKS, PROOFS, VERIFIED_BY, FIELDS) for name, text in part.items()}


def reasons_below(kind: type[ExchangeError]) -> Iterator[str]:
    for one in kind.__subclasses__():
        if one.__module__ == "accredit.errors":
            yield one.reason
            yield from reasons_below(one)


def checks_in_the_code() -> set[str]:
    """Return the name of each step that a trail begins, or that a refusal outside an exchange is said to end in."""
    found = set()
    for source in sorted(PACKAGE.glob("**/*.py")):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name("trail"), attr="begin"), args=[ast.Constant(str(name))]
                ):
                    found.add(name)
                case ast.Assign(targets=[ast.Name("step")], value=ast.Constant(str(name))) if (
                    source.parent.name == "oauth"
                ):
                    found.add(name)
    return found - {""}


def test_each_reason_has_words_and_no_words_are_left_over() -> None:
    assert set(REASONS) == set(reasons_below(ExchangeError))


def test_no_reason_is_told_twice() -> None:
    assert sum(map(len, PARTS)) == len(REASONS)
    assert len({words.title for words in REASONS.values()}) == len(REASONS)


def test_each_check_has_words_and_no_words_are_left_over() -> None:
    found = checks_in_the_code()
    assert {"parse", "respond", "verify", "rotate", "check_given"} <= found
    assert set(CHECKS) == found
    assert {*LOGIN, *VERIFY} <= found


def test_each_proof_has_words_and_no_words_are_left_over() -> None:
    assert set(PROOFS) == {proof.__name__ for proof in get_args(AudienceProof)}


def test_each_way_of_verifying_has_words_and_no_words_are_left_over() -> None:
    assert set(VERIFIED_BY) == set(get_args(VerifiedBy))


@pytest.mark.parametrize("name", TEXTS)
def test_words_are_plain(name: str) -> None:
    text = TEXTS[name]
    assert text == " ".join(text.split())
    if name.endswith("-title"):
        assert not text.endswith((".", "?"))
        assert len(text) <= 60
        return
    assert text.endswith((".", "?"))
    sentences = re.split(r"(?<=[.?:]) ", text)
    assert max(len(sentence.split()) for sentence in sentences) <= 30
    assert all(sentence[:1].isupper() or sentence[:1] in "`(" for sentence in re.split(r"(?<=[.?]) ", text))


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_somebody_is_told_what_to_do_and_nobody_twice(reason: str) -> None:
    actors = [who for who, _ in REASONS[reason].who]
    assert actors
    assert len(set(actors)) == len(actors)
    assert set(actors) <= set(get_args(Who))


def test_a_token_of_another_app_is_told_as_a_story() -> None:
    words = REASONS["wrong_audience"]
    assert words.title == "This token was made for another app"
    assert "genuine" in words.why
    assert "log in here as any of them" in words.why


def test_each_variant_is_as_silent_outside_as_its_reason() -> None:
    told = REASONS["wrong_audience"].client.removesuffix(" The log has the reason.")
    assert [name for name, words in VARIANTS.items() if not words.client.startswith(told)] == []


def test_what_looks_the_same_outside_is_told_the_same() -> None:
    faces = {CREDENTIALS[reason].client for reason in CREDENTIALS}
    assert len(faces) == 1
    assert TOKENS["invalid_grant"].client == TOKENS["refresh_token_reused"].client
    assert TOKENS["session_ended"].client == TOKENS["invalid_token_of_ours"].client
