"""Hand out authorization codes as a provider does: each is good once, for a while, and for the login that began it."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar, get_args

from accredit.testing.simulator.faults import plain
from accredit.testing.simulator.simulator import ACCEPTED, Sample

CodeProblem = Literal["unknown", "client", "used", "expired", "redirect_uri", "verifier"]
"""Why a code is refused, in the order in which it is looked at."""
_ABOUT: Mapping[CodeProblem, str] = {
    "unknown": "a code that never was one",
    "client": "a code of another app",
    "used": "somebody was faster",
    "expired": "a code that is too old",
    "redirect_uri": "a code of a login that had another redirect URI",
    "verifier": "a code of a login that another device has begun",
}
_NUMBERED = re.compile(r"(?P<name>.+)\.[1-9][0-9]{0,8}")
T = TypeVar("T")


class CodeRefused(Exception):
    """Say why a code is not exchanged; each provider has its own words for that, or one for several."""

    def __init__(self, why: CodeProblem) -> None:
        super().__init__(why)
        self.why: CodeProblem = why


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeBinding:
    """What a login was begun with, and must be shown where its code is exchanged: None is nothing at all.

    Of a `code_verifier` the provider knew the challenge until now, which by S256 no other one has. Where there was no
    challenge, there is no verifier to show, either. Source: RFC 6749 section 4.1.3; RFC 7636 section 4.6; RFC 9700
    section 2.1.1.
    """

    client_id: str
    redirect_uri: str | None = None
    code_verifier: str | None = None

    def parameters(self) -> dict[str, str]:
        """Return what a client sends of it beside the code."""
        sent = {"redirect_uri": self.redirect_uri, "code_verifier": self.code_verifier}
        return {name: value for name, value in sent.items() if value is not None}


@dataclass(frozen=True, slots=True)
class _Code(Generic[T]):
    grants: T
    binding: CodeBinding
    ends_at: float = float("inf")
    problem: CodeProblem | None = None

    def problem_of(self, shown: CodeBinding, *, is_used: bool, now: float) -> CodeProblem | None:
        found: Mapping[CodeProblem, bool] = {
            "client": shown.client_id != self.binding.client_id,
            "used": is_used,
            "expired": now >= self.ends_at,
            "redirect_uri": shown.redirect_uri != self.binding.redirect_uri,
            "verifier": shown.code_verifier != self.binding.code_verifier,
        }
        return self.problem or next((why for why, is_so in found.items() if is_so), None)


class Codes(Generic[T]):
    """The codes of a simulated provider, and what each is exchanged for: a token, or what the simulator makes one of.

    `form` makes a new code from a number. It lives for `lives_s` seconds of `clock`, which returns epoch seconds.
    Source of the default: RFC 6749 section 4.1.2.
    """

    def __init__(self, form: str = "sim-code-{}", *, lives_s: float = 600, clock: Callable[[], float]) -> None:
        self._form = form
        self._lives_s = lives_s
        self._clock = clock
        self._new: dict[str, _Code[T]] = {}
        self._fixed: dict[str, _Code[T]] = {}
        self._used: set[str] = set()
        self._numbers = itertools.count(1)

    def new(self, grants: T, binding: CodeBinding) -> str:
        """Return a code of a login that ends now."""
        value = self._form.format(next(self._numbers))
        self._new[value] = _Code(grants, binding, self._clock() + self._lives_s)
        return value

    def fix(self, value: str, grants: T, binding: CodeBinding, *, problem: CodeProblem | None = None) -> None:
        """Hand out a code that never ends, and as many like it as anybody wants: `value.1`, `value.2` and so on.

        With a `problem` all of them are refused, for that.
        """
        self._fixed[value] = _Code(grants, binding, problem=problem)

    def redeem(self, value: str, shown: CodeBinding) -> T:
        """Return what a code is exchanged for. It may carry a fault, such as `~latency-200`.

        By an attempt of its own client it is used up, also where that is refused.

        Raises:
            CodeRefused: there is no such code, or it is not good any more, or not with what is shown.
        """
        value = plain(value)
        code = self._new.get(value) or self._fixed.get(value) or self._fixed.get(_name_of(value))
        if code is None:
            raise CodeRefused("unknown")
        why = code.problem_of(shown, is_used=value in self._used, now=self._clock())
        if why not in {"unknown", "client"}:
            self._used.add(value)
        if why is not None:
            raise CodeRefused(why)
        return code.grants

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a fixed code with another one like it; any other sample as it is."""
        name = _name_of(sample.credential)
        if name not in self._fixed:
            return sample
        code = f"{name}.{next(self._numbers)}"
        return replace(sample, parameters={**sample.parameters, sample.field: code})

    def fix_samples(
        self,
        name: str,
        grants: T,
        binding: CodeBinding,
        *,
        claims: Mapping[str, Any],
        refused: Mapping[CodeProblem, str] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Iterator[Sample]:
        """Fix one good code of `ada`, and one for each problem; yield them as samples, `code-ada` first.

        `name` makes a code from a word, as `"sim-code-{}-ada"` does. `refused` has the problems that the provider
        tells from each other, with the `reason` of the refusal; by default each of those that there can be is
        `invalid_token`. `more` is what a client sends besides.
        """
        sent = {**binding.parameters(), **(more or {})}
        code = name.format("good")
        self.fix(code, grants, binding)
        yield Sample(
            name="code-ada", about="a code of ours", parameters={"code": code, **sent}, expected=ACCEPTED, claims=claims
        )
        for why, expected in (_possible(binding) if refused is None else refused).items():
            code = name.format(why)
            self.fix(code, grants, binding, problem=why)
            yield Sample(
                name=f"code-{why}-ada",
                about=_ABOUT[why],
                parameters={"code": code, **sent},
                expected=expected,
                is_foreign=why == "client",
            )


def _name_of(value: str) -> str:
    """Return a fixed code without its number."""
    numbered = _NUMBERED.fullmatch(value)
    return numbered["name"] if numbered else value


def _possible(binding: CodeBinding) -> Mapping[CodeProblem, str]:
    problems: tuple[CodeProblem, ...] = get_args(CodeProblem)
    not_shown = {"redirect_uri": binding.redirect_uri is None, "verifier": binding.code_verifier is None}
    return {why: "invalid_token" for why in problems if not not_shown.get(why, False)}
