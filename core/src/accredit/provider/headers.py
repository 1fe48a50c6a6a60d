"""The headers of a provider's answer."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

Raw = Sequence[tuple[bytes, bytes]]


class Headers(Mapping[str, str]):
    """Values by name in lower case, decoded when somebody asks for one: of most answers only the body is read."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        return self._decoded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._decoded)

    def __len__(self) -> int:
        return len(self._decoded)

    @cached_property
    def _decoded(self) -> dict[str, str]:
        """Source: RFC 9110 section 5.3 (a list may stand in several lines)."""
        found: dict[str, str] = {}
        for name, value in self._raw:
            key, text = name.decode("latin-1").lower(), _decoded(value)
            found[key] = f"{found[key]}, {text}" if key in found else text
        return found


def content_encoding(raw: Raw) -> str | None:
    """Return the header `Content-Encoding`, None where there is none, as in nearly all answers."""
    return Headers(raw)["content-encoding"] if b"content-encoding" in map(bytes.lower, dict(raw)) else None


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
