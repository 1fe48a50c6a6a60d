"""Texts of others stay texts in every language."""

import hypothesis
import pytest
from core.tests.playground.snippets.readers import RULES, literals
from core.tests.playground.snippets.requests import FIELDS, HOSTILE, URL, made

from accredit.playground.snippets.languages import LANGUAGES

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def values_in(language: str, code: str) -> list[str]:
    """Return what the literals of a snippet mean, but for those that are the same in all."""
    ours = ("import ", "//", "print(", "val body = ", "let encoded = ", "val answer = ", "return ")
    lines = [line for line in code.splitlines() if not line.strip().startswith(ours)]
    same = {"UTF-8", "POST", "Content-Type", JSON, FORM, URL}
    return [one for one in literals("\n".join(lines), RULES[language]) if one not in same]


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "form"])
@pytest.mark.parametrize("language", RULES)
@hypothesis.given(fields=FIELDS)
def test_a_language_reads_exactly_what_was_sent(language: str, is_json: bool, fields: dict[str, str]) -> None:
    hypothesis.assume(not {"POST", "body", "UTF-8"} & {*fields, *fields.values()})
    code = LANGUAGES[language](made(fields=fields, is_json=is_json))

    names = [] if language == "JavaScript" else list(fields)  # there, names need no marks
    assert sorted(values_in(language, code)) == sorted([*names, *fields.values()])


@pytest.mark.parametrize("language", RULES)
def test_nothing_in_a_text_is_code_or_cannot_be_seen(language: str) -> None:
    code = LANGUAGES[language](made(fields={"device": HOSTILE}))

    assert HOSTILE in values_in(language, code)
    assert all(line.isprintable() for line in code.split("\n"))


@pytest.mark.parametrize(
    ("language", "code", "why"),
    [
        ("Kotlin", '"a$b"', "code begins"),
        ("Dart", "'${a}'", "code begins"),
        ("Swift", '"\\(a)"', "no escape"),
        ("JavaScript", "'a\u2028'", "ends the line"),
        ("Swift", '"\\u0041"', "no escape"),
        ("Kotlin", '"\\u{41}"', "no escape"),
    ],
)
def test_the_readers_of_these_tests_refuse_what_would_be_code(language: str, code: str, why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        list(literals(code, RULES[language]))


def test_every_language_but_the_shells_has_a_reader() -> None:
    assert set(LANGUAGES) == {"curl", *RULES}


@pytest.mark.parametrize(
    ("language", "form", "json"),
    [
        ("Swift", 'replacingOccurrences(of: "+", with: "%2B")', "JSONEncoder()"),
        ("Kotlin", "URLEncoder.encode(value", "JSONObject(parameters)"),
        ("Dart", "body: {", "body: jsonEncode({"),
        ("JavaScript", "new URLSearchParams({", "JSON.stringify({"),
    ],
)
def test_a_form_is_sent_as_one_and_json_as_json(language: str, form: str, json: str) -> None:
    as_form, as_json = (LANGUAGES[language](made(fields={"a": "b"}, is_json=is_json)) for is_json in (False, True))

    assert (form in as_form, json in as_form, FORM in as_form) == (True, False, True)
    assert (form in as_json, json in as_json, JSON in as_json) == (False, True, True)
