"""Hostile text, and what may be left of it, judged by rules of the kit's own."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from accredit.testing.conformance.suite import require

HOSTILE = (
    "Ada\x00\x1b[31m\x7f\x85Lovelace",
    "Ada\r\nSet-Cookie: admin=1",
    "\u202eecalevoL adA\u202c \u202a\u202b\u202d",
    "\u200bAda\ufeff Love\u200blace",
    "\ud83dAda",
    "javascript:alert(1)//https://good.example",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    'http://x/"><script>alert(1)</script>',
    "https://x/'onerror='alert(1)",
    "https://user:password@good.example/",
    "https://good.example\\@attacker.example/",
    "https://good.example/\r\nLocation: https://attacker.example/",
    "https://good.example/\u202egnp.exe",
    "https://good.example/" + "a" * 10_000,
    "ada@example.com\r\nBcc: all@example.com",
    "ada@example.com\x00@gmail.com",
    "ada@gmail.com\u200b",
    '"Ada" <ada@gmail.com>',
    "x" * 10_000,
    "\N{THUMBS UP SIGN}" * 1_000,
)
"""What a user may write into a field of a profile, or a provider let through."""

PEOPLE_WRITE = (
    "\N{WOMAN}\u200d\N{WOMAN}\u200d\N{GIRL} \N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u0915\u094d\u200d\u0937",
    "A \u2067\u0646\u062f\u0627\u2069 B",
    "Zoe\u0308 O'Brien & S\xf6hne",
)
"""Names with what a careless filter takes out: joiners, isolates, combining marks, quotes."""

_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\ufeff\ud800-\udfff]")
_LINKS = {"profile", "picture", "website"}
_LONGEST = {"address": 1024, "email": 254, **dict.fromkeys(_LINKS, 2048)}


def require_harmless(claims: Mapping[str, Any], where: str) -> None:
    """Check that every text among the claims is one line, not too long, and an address leads to the web."""
    for name, value in claims.items():
        said = value.get("formatted") if isinstance(value, dict) else value
        if not isinstance(said, str):
            continue
        require(not _FORBIDDEN.search(said), f"{where}: claim {name} holds a character that it must not")
        require(len(said) <= _LONGEST.get(name, 255), f"{where}: claim {name} has {len(said)} characters")
        if name in _LINKS:
            parts = urlsplit(said)
            plain = "@" not in parts.netloc and not re.search(r"[\s\"'<>\\]", said)
            plain = plain and parts.scheme in {"http", "https"}
            require(plain, f"{where}: claim {name} is no plain web address")
        if name == "email":
            require(re.fullmatch(r"[^\s\"<>,;:]+@[\w.-]+", said), f"{where}: the e-mail address is no plain one")
