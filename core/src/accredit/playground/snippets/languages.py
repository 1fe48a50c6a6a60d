"""The languages."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from accredit.playground.snippets.curl import curl
from accredit.playground.snippets.dart import dart
from accredit.playground.snippets.javascript import javascript
from accredit.playground.snippets.kotlin import kotlin
from accredit.playground.snippets.request import Request
from accredit.playground.snippets.swift import swift

LANGUAGES: Mapping[str, Callable[[Request], str]] = MappingProxyType(
    {"curl": curl, "Swift": swift, "Kotlin": kotlin, "Dart": dart, "JavaScript": javascript}
)
"""What writes a request, by the name that people read."""
