"""What is not as usual now, told at the top of every page: faults that are on, and a clock that is ahead."""

from collections.abc import Sequence

from accredit.playground.layout import button, form
from accredit.playground.pages.fault_names import name_of
from accredit.playground.pages.spans import in_words
from accredit.sandbox.sandbox import Provider
from accredit.web.elements import Html, tag


def trouble(providers: Sequence[Provider], ahead_s: float, *, back: str) -> Html | None:
    """Return it, None where all is as usual. Its buttons lead back to `back`, the number of a request or nothing."""
    told = [*(_fault(one, back) for one in providers), *(_keys(one, back) for one in providers), _clock(ahead_s)]
    lines = [one for one in told if one is not None]
    return tag("div", lines, class_="banner", role="status") if lines else None


def _fault(provider: Provider, back: str) -> Html | None:
    fault = provider.switches.fault
    if fault is None:
        return None
    words = ["A fault is on at ", tag("strong", provider.name), f": {name_of(fault)}. "]
    return form("fault", words, button("End the fault", class_="quiet"), connection=provider.name, fault="", back=back)


def _keys(provider: Provider, back: str) -> Html | None:
    issuer = provider.simulator.id_tokens
    if issuer is None or not issuer.keys_down:
        return None
    words = ["A fault is on at ", tag("strong", provider.name), ": nobody can read its keys. "]
    return form("keys", words, button("End the fault", class_="quiet"), connection=provider.name, do="up", back=back)


def _clock(ahead_s: float) -> Html | None:
    if not ahead_s:
        return None
    return tag(
        "p", "The clock is ", tag("strong", in_words(ahead_s)), " ahead. ", tag("a", "What that means", href="#time")
    )
