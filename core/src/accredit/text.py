"""What a text, an id of digits, a web address and an e-mail address may be: decided in one place, for every provider.

What providers say ends up on pages, in logs and in databases of hosts who trust a claim. So nothing leaves here that
could break out of a line or turn one around, or that is longer than its place; but what people write stays: emoji of
several parts, the joiners of Persian and Hindi, isolates around names in mixed directions, combining marks.
"""

import re
import unicodedata
from urllib.parse import urlsplit

LONGEST_TEXT = 255
"""Characters of a name; what is longer is cut."""
LONGEST_PLACE = 1024
"""Characters of a free-text location; what is longer is cut."""
LONGEST_URL = 2048
"""Characters of a web address; a longer one is dropped, because a part of it leads elsewhere."""
LONGEST_EMAIL = 254
"""Octets of an e-mail address; a longer one is dropped. Source: RFC 5321 section 4.5.3.1.3; RFC 3696, erratum 1690."""
LONGEST_LOCAL_PART = 64
"""Octets before its `@`. Source: RFC 5321 section 4.5.3.1.1."""

_DIGITS = re.compile("[1-9][0-9]{0,19}")
_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs: JSON can hold them (a name cut off inside an emoji), UTF-8 cannot."""
_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\ufeff]+")
"""Control characters, bidi embeddings and overrides, the zero-width space and the byte order mark."""
_UNFIT_FOR_URLS = re.compile(r"[\s\"'`<>\\]")
"""What ends an attribute or a tag of a page, or what browsers read as something else."""
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(/[A-Za-z0-9/._~%?&=+,;:@!$*()#-]*)?")
"""A part of what `web_url` lets pass, which holds most links: it need not be taken apart."""
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+", re.IGNORECASE)
_PLAIN_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9]+([.-][A-Za-z0-9]+)*")
"""A part of what `email_address` lets pass, which holds most addresses."""
_EMAIL = re.compile(r'([^\s"(),:;<>@\[\\\]]+)@[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)*')
_ISOLATES = re.compile("[\u2066-\u2069]")
_END_OF_ISOLATE = "\u2069"
_JOINERS = "\u200c\u200d"
_ZWJ = "\u200d"


def text(value: object, *, longest: int = LONGEST_TEXT) -> str | None:
    """Return a provider's text in one line, at most `longest` characters; None where it is no text, or nothing to see.

    A break becomes a blank, other characters that must not be there are left out, and half a surrogate pair becomes
    U+FFFD. What is too long is cut, and never inside what a reader takes for one character.
    """
    if not isinstance(value, str):
        return None
    if value.isascii() and value.isprintable():  # as most are: then only blanks and the length are to be looked at
        value = value.strip()
        return (value if len(value) <= longest else value[:longest].rstrip()) or None
    if _HALVES.search(value):
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    value = _UNWANTED.sub("", _BREAKS.sub(" ", value))
    value = _in_pairs(_cut(value.strip(), longest))
    return value if any(one.isprintable() and not one.isspace() for one in value) else None


def short_text(value: object, *, longest: int) -> str | None:
    """Return a text of a set form, such as a date or a language: as `text`, but dropped where it is too long."""
    found = text(value, longest=longest + 1)
    return found if found is not None and len(found) <= longest else None


def digits(value: object) -> str | None:
    """Return an id that is a whole number as its exact digits, whether it arrives as number or string; else None.

    One person has one spelling: no leading zeros, no sign, no other digits than ASCII's. A float is no id, since it may
    have lost digits, nor is a boolean, or 0, which many providers write for nobody. 64 bits have 20 digits at most.
    """
    written = str(value) if type(value) is int and 0 < value < 10**20 else value
    return written if isinstance(written, str) and _DIGITS.fullmatch(written) else None


def web_url(value: object) -> str | None:
    """Return a provider's link, or None where it is anything but a plain http or https URL with a host.

    Plain: no credentials, no quotes, angle brackets, backslashes or blanks, every character one to see.
    """
    if not isinstance(value, str):
        return None
    url = value.strip()
    if len(url) <= LONGEST_URL and _PLAIN_URL.fullmatch(url):  # as most are
        return url
    if len(url) > LONGEST_URL or not url.isprintable() or _UNFIT_FOR_URLS.search(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # an unfinished IPv6 address, or a port that is no number
        return None
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not _HOST.fullmatch(parts.hostname or ""):
        return None
    return url


def email_address(value: object) -> str | None:
    """Return a provider's e-mail address, letter for letter, or None where it is not a plain one: `local@domain`.

    Nothing is ever taken out of it: another address could come of that.
    """
    if not isinstance(value, str):
        return None
    address = value.strip()
    # The length first: matching takes its time for what is a thousand times too long.
    if len(address) > LONGEST_EMAIL:
        return None
    if _PLAIN_EMAIL.fullmatch(address):  # as most are
        return address
    if not address.isprintable():
        return None
    match = _EMAIL.fullmatch(address)
    if match is None or len(address.encode()) > LONGEST_EMAIL or len(match[1].encode()) > LONGEST_LOCAL_PART:
        return None
    return address


def _cut(value: str, longest: int) -> str:
    if len(value) <= longest:
        return value
    end = longest
    while end and _continues(value, end):
        end -= 1
    return value[: end or longest].rstrip()


def _in_pairs(value: str) -> str:
    """Leave out isolates that have lost their other end: one would reach beyond the text, into the host's own line."""
    open_at: list[int] = []
    alone: list[int] = []
    for match in _ISOLATES.finditer(value):
        if match[0] != _END_OF_ISOLATE:
            open_at.append(match.start())
        elif open_at:
            open_at.pop()
        else:
            alone.append(match.start())
    for place in sorted([*alone, *open_at], reverse=True):
        value = value[:place] + value[place + 1 :]
    return value


def _continues(value: str, place: int) -> bool:
    """Tell whether a reader takes what stands before `place` and what stands there for one character."""
    character = value[place]
    if value[place - 1] == _ZWJ or character in _JOINERS or unicodedata.category(character).startswith("M"):
        return True
    if "\N{EMOJI MODIFIER FITZPATRICK TYPE-1-2}" <= character <= "\N{EMOJI MODIFIER FITZPATRICK TYPE-6}":
        return True
    if not _is_half_a_flag(character):
        return False
    before = place
    while before and _is_half_a_flag(value[before - 1]):
        before -= 1
    return (place - before) % 2 == 1


def _is_half_a_flag(character: str) -> bool:
    return "\N{REGIONAL INDICATOR SYMBOL LETTER A}" <= character <= "\N{REGIONAL INDICATOR SYMBOL LETTER Z}"
