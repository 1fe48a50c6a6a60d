"""Make notices that no provider has sent, out of one that it has."""

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal
from urllib.parse import quote

from accredit.keys.jose import SigningKey
from accredit.notices import MOST_BODY_BYTES, MOST_QUERY
from accredit.testing.conformance.attacks.jwts import header_of, unsigned, with_hmac
from accredit.testing.simulator.forgery import encoded, signature
from accredit.testing.simulator.id_tokens import IdTokenIssuer
from accredit.testing.simulator.notices import NoticeSample
from accredit.testing.simulator.people import PEOPLE

CANARY = "Kit-canary"
"""What a sender writes, and nobody repeats."""
_ODD_PROOFS = ("", " ", "0", "None", CANARY, "\xe9", "%C3%A9", "%ff", "\\u00e9", "\\ud800", "a" * 8_000)
"""As they stand in a header, a form or JSON: some of them cannot be encoded, or compared, by careless code."""
_ODD_VALUES: tuple[Any, ...] = (None, True, 5, 1.5, "", CANARY, [], {}, ["x"], {"x": "x"})
_MOST_CHANGES = 24
_GENERATED = frozenset({"RS256", "ES256", "EdDSA"})


@dataclass(frozen=True, slots=True)
class Letter:
    """A request as it goes over the wire."""

    method: Literal["GET", "POST"]
    query: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, sample: NoticeSample) -> "Letter":
        """Return the genuine one."""
        return cls(sample.method, sample.query, sample.headers, sample.body)

    def replaced(self, old: str, new: str) -> "Letter":
        """Return it with another text, wherever it stands."""
        return Letter(
            self.method,
            self.query.replace(old, new),
            {name: value.replace(old, new) for name, value in self.headers.items()},
            self.body.replace(old.encode("latin-1", "replace"), new.encode("latin-1", "replace")),
        )


Attack = tuple[str, Letter]
"""What was done to it, in words, and the letter."""


def unproven(sample: NoticeSample) -> Iterator[Attack]:
    """Yield letters without the proof, or with one that is not quite it."""
    letter, proof = Letter.of(sample), sample.proof
    for odd in _ODD_PROOFS:
        yield f"with {odd[:12]!r} for its proof", letter.replaced(proof, odd)
    for at in (0, len(proof) // 2):
        changed = f"{proof[:at]}{_other(proof[at])}{proof[at + 1 :]}"
        yield f"with letter {at + 1} of its proof changed", letter.replaced(proof, changed)
    yield "with half of its proof", letter.replaced(proof, proof[: len(proof) // 2])
    yield "with its proof twice in a row", letter.replaced(proof, proof + proof)
    for name, value in letter.headers.items():
        if proof in value:
            kept = {other: one for other, one in letter.headers.items() if other != name}
            yield f"without the header {name}", replace(letter, headers=kept)
            yield "without any header", replace(letter, headers={})


def signed_otherwise(sample: NoticeSample, issuer: IdTokenIssuer | None) -> Iterator[Attack]:
    """Yield letters whose JWT another key has signed, or none; or that is another JWT of the provider's, the `issuer`.

    None where no JWT proves anything.
    """
    token = token_of(sample)
    if token is None:
        return
    letter, head = Letter.of(sample), token.rpartition(".")[0]
    alg = header_of(token).get("alg")
    if alg in _GENERATED:
        stranger = SigningKey.generate(str(alg))
        signed = f"{head}.{encoded(signature(head.encode(), stranger, alg=alg))}"
        yield "signed by another key of the same name", letter.replaced(token, signed)
    for none in ("none", "None", "NONE"):
        yield f"with alg {none} and no signature", letter.replaced(token, unsigned(token, alg=none))
    if issuer is not None:
        yield "with an ID token in its place", letter.replaced(token, issuer.mint(PEOPLE[0]))
        for key in issuer.keys:
            for hmac in with_hmac(token, key.public_jwk()):
                yield "signed by the public key as a secret", letter.replaced(token, hmac)


def malformed(sample: NoticeSample) -> Iterator[Attack]:
    """Yield letters that are no notices of any provider: none of them may be believed, and none may fail anything."""
    letter = Letter.of(sample)
    for headers, kept in ((letter.headers, ""), ({}, " and no header")):
        yield f"with nothing in it{kept}", replace(letter, query="", body=b"", headers=headers)
    yield "cut in half", replace(letter, query=_half(letter.query), body=letter.body[: len(letter.body) // 2])
    noise = random.Random(0)  # noqa: S311 - it must be the same in each run
    for size in (1, 64, 4096):
        junk = noise.randbytes(size)
        text = "".join(f"%{one:02x}" for one in junk[:1024])
        yield f"of {size} random bytes", _filled(letter, text, junk)
    for unit in ("a", "[", '{"a":', "a=1&", "%00", "."):
        quoted = quote(unit, safe="=&%")
        text, body = quoted * (MOST_QUERY // len(quoted)), unit.encode() * (MOST_BODY_BYTES // len(unit))
        yield f"of {unit!r}, as often as it may be", _filled(letter, text, body)
    for said in ("null", "[]", '""', "5", "{}", "NaN"):
        yield f"of {said} alone", _filled(letter, "", said.encode())
    yield from doubled(sample)


def doubled(sample: NoticeSample) -> Iterator[Attack]:
    """Yield letters in which one parameter stands twice: whoever takes the first, and who the last, read two things."""
    letter = Letter.of(sample)
    for part in _parameters(letter.query):
        for again in (part, f"{part.partition('=')[0]}={CANARY}"):
            named = part.partition("=")[0]
            yield f"with the parameter {named} twice", replace(letter, query=f"{letter.query}&{again}")
            yield f"with the parameter {named} twice", replace(letter, query=f"{again}&{letter.query}")
    said = _json(letter.body)
    if said is None:
        for part in _parameters(letter.body.decode("latin-1")):
            named = part.partition("=")[0]
            for again in (part, f"{named}={CANARY}"):
                yield f"with the field {named} twice", replace(letter, body=letter.body + f"&{again}".encode("latin-1"))
                yield f"with the field {named} twice", replace(letter, body=f"{again}&".encode("latin-1") + letter.body)
    else:
        inside = letter.body.strip()[1:-1].decode()
        for name, value in said.items():
            for again in (value, CANARY):
                member = f"{json.dumps(name)}: {json.dumps(again)}"
                yield f"with the member {name} twice", replace(letter, body=f"{{{member}, {inside}}}".encode())
                yield f"with the member {name} twice", replace(letter, body=f"{{{inside}, {member}}}".encode())


def bent(sample: NoticeSample) -> Iterator[Attack]:
    """Yield letters in which anything but the proof is another: where it is signed, they tell nothing else."""
    letter = Letter.of(sample)
    for what, changed in _letters_changed(letter.body.decode("latin-1")):
        yield f"{what} of its body", replace(letter, body=changed.encode("latin-1"))
    for what, changed in _letters_changed(letter.query):
        yield f"{what} of its query", replace(letter, query=changed)
    for name, value in _json(letter.body, {}).items():
        for odd in _ODD_VALUES:
            if odd != value:
                said = json.dumps({**_json(letter.body, {}), name: odd}).encode()
                yield f"with {json.dumps(odd)[:12]} as {name}", replace(letter, body=said)


def beside(sample: NoticeSample) -> Iterator[Attack]:
    """Yield letters with something else where nothing is signed, maybe: a way to send one notice twice."""
    letter = Letter.of(sample)
    for name, value in letter.headers.items():
        if sample.proof not in value:
            kept = {other: one for other, one in letter.headers.items() if other != name}
            yield f"without the header {name}", replace(letter, headers=kept)
            yield f"with another header {name}", replace(letter, headers={**kept, name: f"{value[:-1]}0"})
            yield f"with another header {name}", replace(letter, headers={**kept, name: CANARY})
    yield "with white space behind it", replace(letter, body=letter.body + b"\n") if letter.body else letter
    yield "with a header more", replace(letter, headers={**letter.headers, "x-kit": CANARY})
    yield "with a parameter more", replace(letter, query="&".join(filter(None, (letter.query, f"kit={CANARY}"))))
    yield "with padding", letter.replaced(sample.proof, f"{sample.proof}=")
    yield "in capitals", letter.replaced(sample.proof, sample.proof.upper())


def token_of(sample: NoticeSample) -> str | None:
    """Return the JWT of which the proof is the signature; None where it is something else."""
    texts = (sample.body.decode("latin-1"), sample.query, *sample.headers.values())
    for text in texts:
        if found := re.search(rf"[\w-]+\.[\w-]+\.{re.escape(sample.proof)}", text, re.ASCII):
            return found[0]
    return None


def _filled(letter: Letter, query: str, body: bytes) -> Letter:
    """Return it with other contents, in the place where it has its own."""
    return replace(letter, body=body) if letter.body else replace(letter, query=query)


def _other(letter: str) -> str:
    first, second = ("0", "1") if letter.isdecimal() else ("A", "B")
    return first if letter != first else second


def _letters_changed(text: str) -> Iterator[tuple[str, str]]:
    for at in range(0, len(text), max(1, len(text) // _MOST_CHANGES)):
        if text[at].isalnum():
            yield f"with another letter {at + 1}", f"{text[:at]}{_other(text[at])}{text[at + 1 :]}"
    if text:
        yield "without the last letter", text[:-1]


def _half(text: str) -> str:
    return text[: len(text) // 2]


def _parameters(text: str) -> Iterator[str]:
    """Yield the parameters of a query or a form; none where it is something else."""
    return islice((part for part in text.split("&") if re.match(r"[\w.\[\]-]+=", part)), _MOST_CHANGES)


def _json(body: bytes, default: Any = None) -> Any:
    try:
        value = json.loads(body)
    except ValueError:
        return default
    return value if isinstance(value, dict) else default
