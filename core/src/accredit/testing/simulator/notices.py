"""A notice as a simulated provider sends it: a whole request, and what a strategy must read in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from accredit.errors import InvalidNotice
from accredit.notices import NoticeEvent, NoticeRequest

__all__ = ["NoticeSample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSample:
    """One request to `/notices/<connection>`, made by the simulator's own keys and secrets.

    Raises:
        ValueError: `proof` does not stand in the request, or more than once; a foreign one is to be accepted; or what
            is expected is neither of the two things there are.
    """

    name: str
    about: str
    method: Literal["GET", "POST"] = "POST"
    query: str = field(default="", repr=False)
    """As it is sent, without the question mark."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    proof: str = field(repr=False)
    """What shows who has sent it, a signature or a secret, exactly as it stands in the body, the query or a header."""
    events: tuple[NoticeEvent, ...] = ()
    """What is to be read in it, in this order. Facts named here must be read, too; others may be. Users are people of
    the simulator, named as logins name them. None where the notice is none of our business."""
    expected: str = "accepted"
    """`ACCEPTED`; or `invalid_notice`, of a genuine one that must be refused, say because it is old."""
    is_foreign: bool = False
    """It is for another app, signed as the provider signs that one's: by its secret, or by the provider's own key. So
    `expected` is `invalid_notice`."""
    is_repeatable: bool = False
    """Nothing that the provider signs tells it from another one in the same words: whoever has it could send it again,
    for another effect. So only where the provider leaves no choice."""

    def __post_init__(self) -> None:
        texts = (self.query, self.body.decode("latin-1"), *self.headers.values())
        if not self.proof or sum(text.count(self.proof) for text in texts) != 1:
            raise ValueError(f"the proof of the notice '{self.name}' does not stand in it exactly once")
        if self.expected not in {"accepted", InvalidNotice.reason}:
            raise ValueError(f"the notice '{self.name}' expects '{self.expected}', not accepted or invalid_notice")
        if self.is_foreign and self.expected != InvalidNotice.reason:
            raise ValueError(f"the notice '{self.name}' is another app's, and is not to be refused")

    def request(self, *, url: str = "https://login.example.com/notices/test") -> NoticeRequest:
        """Return what a strategy is given. `url` is our own address of it."""
        return NoticeRequest.of(method=self.method, url=url, query=self.query, headers=self.headers, body=self.body)
