"""Pages as a browser reads them."""

from html.parser import HTMLParser

_INLINE = frozenset({"a", "bdi", "code", "span", "strong", "time"})


class Read(HTMLParser):
    """What a browser makes of a piece of HTML.

    `found` are its elements with their attributes, `text` is all text, and `parts` that of each section, by its id.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.parts: dict[str, str] = {}
        self._part = ""
        self.feed(text)
        self.close()
        self.parts = {name: " ".join(words.split()) for name, words in self.parts.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))
        if tag == "section":
            self._part = dict(attrs).get("id") or ""
        if tag not in _INLINE:
            self._add(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._part = ""
        if tag not in _INLINE:
            self._add(" ")

    def handle_data(self, data: str) -> None:
        self.text += data
        self._add(data)

    def _add(self, words: str) -> None:
        if self._part:
            self.parts[self._part] = self.parts.get(self._part, "") + words


def parts_of(text: str) -> dict[str, str]:
    """Return the words of each section, with one blank between them."""
    return Read(text).parts
