"""The same request as a program to copy, for a developer who would rather send it from an app."""

from accredit.playground.recording import Recording
from accredit.playground.snippets.languages import LANGUAGES
from accredit.playground.snippets.request import Request, request_of
from accredit.web.elements import Child, Html, lines, tag
from accredit.web.pieces import section

_ONCE = frozenset({"code", "refresh_token"})
_NONE = "Not every language could send this request: its body is no list of names and texts, or its method is rare."


def snippets(recording: Recording, url: str) -> Html:
    """Return a program in each language, one of them open. `url` is the server's."""
    request = request_of(
        recording.method,
        f"{url}{recording.path}",
        authorization=recording.headers.get("authorization", ""),
        fields=recording.fields,
        is_json=recording.is_json,
    )
    if request is None:
        return section("Send it from your app", tag("p", _NONE, class_="about"), id_="snippets")
    programs = [_program(language, write(request)) for language, write in LANGUAGES.items()]
    return section("Send it from your app", _notes(recording, request), programs, id_="snippets")


def _notes(recording: Recording, request: Request) -> list[Html]:
    notes: list[Child] = []
    if any("YOUR_" in text for text in (request.url, request.authorization, *request.fields.values())):
        notes.append(["What may be a secret was not kept: put yours where it says ", tag("code", "YOUR_…"), "."])
    if _ONCE & request.fields.keys():
        notes.append("A code is good once, and a refresh token is replaced when it is used: take a new one.")
    return [tag("p", note, class_="about") for note in notes]


def _program(language: str, code: str) -> Html:
    id_ = f"snippet-{language.lower()}"
    bar = tag(
        "p",
        tag("button", f"Copy as {language}", type="button", class_="quiet", data_copies=id_, hidden=True),
        tag("span", "", role="status"),
        class_="bar",
    )
    text = tag(
        "pre", tag("code", lines(code)), id=id_, tabindex="0", role="region", aria_label=f"The request in {language}"
    )
    return tag("details", tag("summary", language), bar, text, name="snippets", open=language == "curl")
