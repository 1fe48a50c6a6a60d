"""What can be wrong with a provider: switches."""

from accredit.playground.layout import button, form
from accredit.playground.pages.clock import KEYS_FORGOTTEN_S
from accredit.playground.pages.fault_names import CHOICES, name_of
from accredit.sandbox.sandbox import Provider
from accredit.testing import Sample
from accredit.testing.simulator.id_tokens import IdTokenIssuer
from accredit.web.elements import Html, tag
from accredit.web.pieces import section, state

_BELIEVED = (
    "Accredit still believes the keys that it has read lately: what they have signed can still be checked. Change the "
    "keys, then log in."
)


def faults(provider: Provider, mine: Sample | None) -> Html:
    """Return the switches of one provider. `mine` is a token that shows what comes of a change of keys."""
    issuer = provider.simulator.id_tokens
    keys = issuer if issuer is not None and issuer.has_keys else None
    return section(
        "The provider in trouble",
        _now(provider, has_keys=keys is not None),
        form(
            "fault",
            tag("label", "From now on, each answer of this provider is", for_="fault"),
            tag(
                "p",
                tag(
                    "select",
                    [
                        tag("option", words, value=name, selected=name == provider.switches.fault)
                        for name, words in CHOICES.items()
                    ],
                    id="fault",
                    name="fault",
                ),
                button("Switch it on", class_="quiet"),
                class_="bar",
            ),
            connection=provider.name,
        ),
        None if keys is None else _keys(provider.name, keys, mine),
        id_="faults",
    )


def _now(provider: Provider, *, has_keys: bool) -> Html:
    fault = provider.switches.fault
    if fault is None:
        return tag("p", state("answers as it should", "good"))
    off = button("Switch it off", name="fault", value="")
    return tag(
        "div",
        form("fault", tag("p", state(name_of(fault), "bad"), " ", off), connection=provider.name),
        _not_asked(provider.name, has_keys=has_keys),
        class_="notice bad",
    )


def _not_asked(connection: str, *, has_keys: bool) -> Html:
    """Return why a fault may not be met at once, and what helps."""
    keys = " A token that the provider has signed needs no question while Accredit knows the keys: let three days pass."
    return form(
        "time",
        tag("p", "Accredit does not ask again about a token that it has seen a moment ago: such a one is still let in. "
            "Let an hour pass, or try another person.", keys if has_keys else None),
        tag("p", button("Let an hour pass", name="seconds", value="3600", class_="quiet"),
            button("Let three days pass", name="seconds", value=str(KEYS_FORGOTTEN_S), class_="quiet")
            if has_keys else None,
            class_="bar"),
        connection=connection,
    )  # fmt: skip


def _keys(connection: str, issuer: IdTokenIssuer, mine: Sample | None) -> Html:
    now, *before = [tag("code", key.kid) for key in issuer.keys]
    told = (
        ["It has changed its keys: it signs with ", now, " now, and no more with ", before[0], "."]
        if before
        else ["It signs its ID tokens with the key ", now, "."]
    )
    turn = ("Let its key set answer again", "up") if issuer.keys_down else ("Let its key set fail", "down")
    buttons = [
        button("Change its keys", name="do", value="rotate", class_="quiet"),
        button(turn[0], name="do", value=turn[1], class_="quiet"),
    ]
    return tag(
        "div",
        tag("h3", "Its keys"),
        tag("p", told, [" ", state("nobody can read its keys", "bad")] if issuer.keys_down else None),
        tag("p", _BELIEVED) if issuer.keys_down else None,
        _effect(connection, mine) if before and mine is not None else None,
        form("keys", tag("p", buttons, class_="bar"), connection=connection),
        id="keys",
    )


def _effect(connection: str, mine: Sample) -> Html:
    return form(
        "send",
        tag("p", "Accredit reads the provider's keys again when it meets a key that it does not know, unless it has "
            "just tried in vain: look among the calls of the first login after a change."),
        tag("p", button("Log Ada in with the new key", class_="quiet")),
        connection=connection,
        sample=mine.name,
    )  # fmt: skip
