"""What can be wrong with a provider: switches."""

from accredit.explaining.page.prose import prose
from accredit.playground.layout import button, form
from accredit.testing import FAULTS, Simulator
from accredit.web.elements import Html, join, tag
from accredit.web.pieces import notice, section, state

_CHOICES = {"latency-6000": "time-out: 6 seconds late", **{name: name for name in FAULTS}}
"""The faults that can be switched on, with their words: an exchange waits 5 seconds for its provider."""


def faults(connection: str, simulator: Simulator, fault: str | None) -> Html:
    """Return the switches of one provider, of which `fault` is on."""
    now = (
        tag("p", state("answers as it should", "good"))
        if fault is None
        else form(
            "fault",
            tag("p", state(fault, "bad"), " ", button("Switch it off", name="fault", value="")),
            connection=connection,
        )
    )
    options = [tag("option", words, value=name, selected=name == fault) for name, words in _CHOICES.items()]
    described = [join(tag("dt", tag("code", name)), tag("dd", prose(about))) for name, about in FAULTS.items()]
    return section(
        "The provider in trouble",
        now,
        form(
            "fault",
            tag("label", "From now on, each request to the provider meets", for_="fault"),
            tag(
                "p",
                tag("select", options, id="fault", name="fault"),
                button("Switch it on", class_="quiet"),
                class_="bar",
            ),
            connection=connection,
        ),
        tag("details", tag("summary", "What each fault does"), tag("dl", described)),
        _keys(connection, simulator),
        id_="faults",
    )


def reminder(fault: str | None) -> Html | None:
    """Return what is good to know before a token is sent while a fault is on."""
    if fault is None:
        return None
    switches = tag("a", "Switch it off", href="#faults")
    return notice(["A fault is on, ", tag("code", fault), ": each request to this provider meets it. ", switches])


def _keys(connection: str, simulator: Simulator) -> Html | None:
    issuer = simulator.id_tokens
    if issuer is None or not issuer.has_keys:
        return None
    down = "Let its key set answer again" if issuer.keys_down else "Let its key set fail"
    return form(
        "keys",
        tag("p", "It signs its ID tokens. ", state("its key set fails", "bad") if issuer.keys_down else None),
        tag(
            "p",
            button("Rotate its keys", name="do", value="rotate", class_="quiet"),
            button(down, name="do", value="up" if issuer.keys_down else "down", class_="quiet"),
            class_="bar",
        ),
        connection=connection,
    )
