"""Tokens that are not for us: the checks that keep another app's users out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from accredit.errors import ConfigurationError
from accredit.plugins import Connection
from accredit.provider.http import origin
from accredit.testing.conformance.bench.bench import Bench, bench_for, make_simulator, start
from accredit.testing.conformance.bench.samples import accepted_samples, foreign_samples, one_of_each_kind, samples_of
from accredit.testing.conformance.suite import Suite, Violation, check, require, unless_declared
from accredit.testing.exchange import BASE_URL
from accredit.testing.simulator.simulator import Sample

ATTACKER = "https://attacker.example"
_PARAMETERS = frozenset(
    {"client_id", "connection", "scope", "access_token", "access_token_secret", "nonce", "user_id", "audience", "state"}
    | {"code", "code_verifier", "redirect_uri"}
)
"""What a request may say; a setting of that name is not shadowed."""
_OPERATOR = frozenset({"provider_misconfigured", "provider_protocol_error"})
"""How a provider may answer to calls in the name of an app that does not exist."""


class Audience(Suite):
    """Another app's token, accepted ids that are almost right or not there, and addresses from the wrong source."""

    @pytest.mark.threat(1)
    @check
    async def test_another_apps_token_is_refused(self) -> None:
        """Each sample of another app's token is refused as any bad token, and the audit event says why."""
        unless_declared(self, "unbound")
        simulator, samples = samples_of(self)
        foreign = foreign_samples(samples)
        async with bench_for(self, simulator=simulator) as bench:
            for sample in foreign:
                await bench.refused(sample.parameters, sample.name)
                require(bench.event.reason == sample.expected, f"{sample.name}: ended as {bench.reason}")

    @pytest.mark.threat(2)
    @check
    async def test_accepted_ids_are_compared_exactly(self) -> None:
        """An accepted id that is a part of the token's, longer, of other case or padded accepts nothing."""
        unless_declared(self, "unbound")
        simulator, samples = samples_of(self)
        for almost in near_misses(self._accepted_ids()):
            async with bench_for(self, simulator=simulator) as bench:
                ours = bench.exchange.engine.connections[bench.strategy]
                bench.exchange.engine.providers.connections = {bench.strategy: _with_accepted(ours, frozenset(almost))}
                for sample in one_of_each_kind(samples):
                    await bench.refused(sample.parameters, f"{sample.name}, while other ids are accepted")
                    require(bench.event.reason == "wrong_audience", f"{sample.name}: ended as {bench.reason}")

    @pytest.mark.threat(2)
    @check
    async def test_configured_ids_that_are_almost_right_accept_nothing(self) -> None:
        """With ids in the settings that only resemble the token's, no sample is accepted.

        This finds the strategy that returns what is configured for a proof, instead of what the provider says.
        """
        # Where nobody is asked, a secret binds and no id: see the traits.
        unless_declared(self, "unbound", "makes_no_call")
        simulator, samples = samples_of(self)
        for changes in self._almost_right_tables():
            try:
                async with bench_for(self, simulator=simulator, connection=changes) as bench:
                    for sample in one_of_each_kind(samples):
                        await self._refused_for_the_app(bench, sample)
            except ConfigurationError:
                continue  # refused even earlier

    @pytest.mark.threat(46)
    @check
    async def test_accepted_ids_are_those_of_the_settings(self) -> None:
        """Each accepted id stands in the connection's table, and with other ids in it none of the old is left."""
        table = make_simulator(self).settings(BASE_URL)
        names = self._id_settings()
        accepted = self._accepted_ids()
        held = {one for name in names for one in _as_list(table[name])}
        extra = sorted(accepted - held)
        require(not extra, f"{len(extra)} accepted ids stand in no setting")
        for digit in "13":
            changed = {name: _replaced_ids(table[name], digit) for name in names}
            now_held = {one for value in changed.values() for one in _as_list(value)}
            try:
                now = start(self, {**table, **changed}).engine.connections[self.strategy.name].accepted
            except ConfigurationError as exc:
                raise Violation(f"start-up refuses other ids of the same form: {exc}") from None
            require(now <= now_held, "an id is accepted that stands in no setting")
            require(not now & (accepted - now_held), "an id is accepted that is not configured any more")

    @pytest.mark.threat(3)
    @check
    async def test_a_connection_without_accepted_ids_does_not_start(self) -> None:
        """An id that is missing, empty or null stops start-up, and so does an empty list."""
        table = make_simulator(self).settings(BASE_URL)
        start(self, table)
        for name in self._id_settings():
            empty: list[Any] = ["", None]
            if not isinstance(table[name], str):
                empty += [[], [""], [None]]
            for value in empty:
                self._refused_at_start({**table, name: value}, f"{name} = {value!r}")
            self._refused_at_start({key: one for key, one in table.items() if key != name}, f"no {name}")

    @pytest.mark.threat(2)
    @check
    async def test_a_number_is_no_id(self) -> None:
        """An id written as a number stops start-up: a number may lose digits, and leading zeros."""
        table = make_simulator(self).settings(BASE_URL)
        for name in self._id_settings():
            for value in (12345, 1.5, True):
                wrong = value if isinstance(table[name], str) else [value]
                self._refused_at_start({**table, name: wrong}, f"{name} = {wrong!r}")

    @pytest.mark.threat(4)
    @check
    async def test_nothing_in_the_request_moves_a_call_or_a_check(self) -> None:
        """Parameters named like settings, or like OAuth's, change neither where calls go nor what is accepted."""
        simulator, samples = samples_of(self)
        ours = next(iter(self._accepted_ids()))
        names = self.strategy.settings_type.model_fields.keys() - _PARAMETERS
        settings = {name: ATTACKER if name.endswith("_url") else ours for name in names}
        oauth = dict.fromkeys(("iss", "issuer", "jwks_uri", "token_endpoint", "userinfo_endpoint"), ATTACKER)
        more = {**settings, **oauth, "aud": ours, "azp": ours, "app_id": ours, "appkey": ours, "client": ours}
        chosen = one_of_each_kind(samples) + [one for one in samples if one.expected == "wrong_audience"]
        async with bench_for(self, simulator=simulator) as bench:
            for sample in chosen:
                plain = await bench.post(sample.parameters)
                answer = await bench.post({**more, **sample.parameters})
                require(answer.status == plain.status, f"{sample.name}: parameters of a caller change the verdict")
            strangers = {seen.origin for seen in bench.calls} - _origins(bench)
            require(not strangers, f"parameters of a caller send calls to {', '.join(sorted(strangers))}")

    @pytest.mark.threat(3)
    @check
    async def test_unbound_tokens_are_not_accepted_unless_asked_for(self) -> None:
        """The simulator's table does not ask for `accept_unbound_tokens`, and no acceptance lacks a proof.

        A strategy that is `unbound` accepts nothing then.
        """
        simulator, samples = samples_of(self)
        require("accept_unbound_tokens" not in simulator.settings(BASE_URL), "the simulator accepts unbound tokens")
        async with bench_for(self, simulator=simulator, connection={"accept_unbound_tokens": False}) as bench:
            for sample in accepted_samples(samples):
                if "unbound" in self.strategy.traits:
                    await bench.refused(sample.parameters, f"{sample.name}, as unbound though nobody asked for it")
                    continue
                await bench.accepted(sample.parameters, sample.name)
                require(bench.event.audience_proof != "Unbound", f"{sample.name}: accepted without a proof of audience")
                require(not bench.event.unbound, f"{sample.name}: accepted as unbound")

    def _accepted_ids(self) -> frozenset[str]:
        table = make_simulator(self).settings(BASE_URL)
        return start(self, table).engine.connections[self.strategy.name].accepted

    def _id_settings(self) -> list[str]:
        """Return the settings that hold accepted ids."""
        accepted = self._accepted_ids()
        table = make_simulator(self).settings(BASE_URL)
        names = [name for name, value in table.items() if _holds(value, accepted)]
        require(names, "no setting holds an accepted id: state them in the connection's table as they are compared")
        return names

    def _almost_right_tables(self) -> Iterator[dict[str, Any]]:
        accepted = self._accepted_ids()
        table = make_simulator(self).settings(BASE_URL)
        names = self._id_settings()
        for change in _CHANGES.values():
            changed: dict[str, Any] = {}
            for name in names:
                value = table[name]
                one = value if isinstance(value, str) else None
                changed[name] = change(one) if one is not None else [change(each) for each in value]
            held = {one for value in changed.values() for one in ([value] if isinstance(value, str) else value)}
            # What no header can carry, no operator can be misled by.
            if "" not in held and not held & accepted and all(map(str.isascii, held)):
                yield changed

    async def _refused_for_the_app(self, bench: Bench, sample: Sample) -> None:
        answer = await bench.post(sample.parameters)
        require(not answer.accepted, f"{sample.name} is accepted although the configured id is another one")
        refused = answer.status == 401 or bench.event.reason in _OPERATOR
        require(refused, f"{sample.name}: ended as {bench.reason}, which blames neither token nor app")

    def _refused_at_start(self, table: Mapping[str, Any], why: str) -> None:
        try:
            start(self, table)
        except ConfigurationError:
            return
        raise Violation(f"start-up accepts {why}")


_FULL_WIDTH = {ord("0") + digit: ord("\N{FULLWIDTH DIGIT ZERO}") + digit for digit in range(10)}
_CHANGES: Mapping[str, Callable[[str], str]] = {
    "without its last character": lambda one: one[:-1],
    "without its first character": lambda one: one[1:],
    "longer by one": lambda one: one + "0",
    "longer in front": lambda one: "0" + one,
    "in other case": lambda one: one.swapcase(),
    "with a space": lambda one: one + " ",
    "in full-width digits": lambda one: one.translate(_FULL_WIDTH),
    "among others in one text": lambda one: f"other,{one},another",
    "as a pattern": lambda _: ".*",
}


def near_misses(ids: frozenset[str]) -> Iterator[set[str]]:
    """Yield sets of ids that resemble these, and contain none of them."""
    for change in _CHANGES.values():
        changed = {change(one) for one in ids} - {""}
        if changed and not changed & ids:
            yield changed


def _with_accepted(connection: Connection, accepted: frozenset[str]) -> Connection:
    """Return the connection with other accepted ids and all else as it was: the calls still carry our real app.

    No start-up would let them pass, since they stand in no table: this puts them in behind its back.
    """
    settings_type: Any = type(connection.settings)

    class Settings(settings_type):  # type: ignore[misc]  # the base is known at run time only
        @property
        def accepted_audiences(self) -> frozenset[str]:
            return accepted

    values = {name: vars(connection.settings)[name] for name in settings_type.model_fields}
    settings = Settings.model_construct(connection.settings.model_fields_set, **values)
    strategy = type(connection.strategy)(settings)
    families = dict.fromkeys(connection.families, accepted)
    return replace(connection, strategy=strategy, settings=settings, accepted=accepted, families=families)


def _holds(value: Any, ids: frozenset[str]) -> bool:
    values = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return any(one in ids for one in values)


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _replaced_ids(value: Any, digit: str) -> Any:
    """Return other ids of the same form: each last digit, or letter, is another one."""
    if not isinstance(value, str):
        return [_replaced_ids(one, digit) for one in value]
    at = next((at for at in range(len(value) - 1, -1, -1) if value[at].isdecimal()), None)
    if at is None:
        return f"{value}{digit}"
    return value[:at] + str((int(value[at]) + int(digit)) % 10) + value[at + 1 :]


def _origins(bench: Bench) -> set[str]:
    return {origin(url) for url in bench.exchange.engine.connections[bench.strategy].provider_urls}
