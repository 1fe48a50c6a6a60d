"""Estimates what a number of logins takes: nodes, database, cache and the provider's quota, and what runs out first.

    python capacity.py --logins-per-hour 100000
    python capacity.py --logins-per-hour 100000 --latency-ms 400 --quota-per-hour 500000

Everything is arithmetic on rates, for the busiest hour: a part that is busy for longer than `--busy` of its time makes
others wait, so none is planned beyond it. The costs are those of the capacity guide: measure yours, and pass them.
"""

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any

HOUR_S = 3600.0


def given(default: float, meaning: str) -> float:
    """Return what makes an option of a field."""
    value: float = field(default=default, metadata={"help": meaning})
    return value


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What callers want in the busiest hour."""

    logins_per_hour: float = field(metadata={"help": "logins in the busiest hour"})
    refreshes_per_login: float = given(
        10.0,
        "how often a session is refreshed in its life: the life of a refresh token by that of an access token, at most",
    )
    busiest_hour: float = given(
        0.1, "the share of a day's logins that its busiest hour has; 0.042 if every hour had the same"
    )

    @property
    def logins_per_s(self) -> float:
        """Return the logins of a second."""
        return self.logins_per_hour / HOUR_S

    @property
    def refreshes_per_s(self) -> float:
        """Return the refreshes of a second."""
        return self.logins_per_s * self.refreshes_per_login

    @property
    def logins_per_day(self) -> float:
        """Return the logins of the whole day."""
        return self.logins_per_hour / self.busiest_hour


@dataclass(frozen=True, kw_only=True)
class Provider:
    """What a provider takes for a login."""

    calls_per_login: float = given(
        2.0, "two at Facebook, where the app and the profile are asked for; an ID token takes none"
    )
    latency_ms: float = given(150.0, "how long a call takes")
    quota_per_hour: float = given(math.inf, "calls that the provider allows to our app")


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What a login and a refresh cost us: see the capacity guide for where these are from."""

    login_ms: float = given(1.3, "CPU of a node")
    refresh_ms: float = given(1.0, "CPU of a node")
    session_bytes: float = given(1500.0, "disk of a session with its first refresh token, indexes included")
    refresh_bytes: float = given(455.0, "disk of each later refresh token")
    verdict_bytes: float = given(700.0, "memory of a verification that the shared cache keeps")


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What there is, and how it is set."""

    cores: float = given(2.0, "processors of a node: as many workers")
    busy: float = given(0.6, "the share of its time that a part may be busy in the busiest hour")
    provider_connections: float = given(100.0, "of each worker: `limits.provider_max_connections`")
    database_connections: float = given(10.0, "of each worker: `storage.max_connections`")
    database_max_connections: float = given(100.0, "`max_connections` of PostgreSQL, or what its pooler offers")
    database_rows_per_s: float = given(5_000.0, "rows that PostgreSQL writes durably")
    refresh_ttl_days: float = given(30.0, "`tokens.refresh_ttl_s`")
    cache_s: float = given(30.0, "`cache_s` of the connection")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What it takes."""

    nodes: int
    """One more than is needed, so that any one may die in the busiest hour; never fewer than two."""
    nodes_for: dict[str, float]
    """How many each need alone would take."""
    database_rows_per_s: float
    database_connections: float
    database_bytes: float
    cache_bytes: float
    provider_calls_per_hour: float
    exhausted: dict[str, float]
    """What is used beyond what there is, and how many times over; nodes are not in it, since one can add some."""


def plan(demand: Demand, provider: Provider, costs: Costs, deployment: Deployment) -> Plan:
    """Return what a demand takes."""
    cpu_s = demand.logins_per_s * costs.login_ms / 1000 + demand.refreshes_per_s * costs.refresh_ms / 1000
    waiting = demand.logins_per_s * provider.calls_per_login * provider.latency_ms / 1000  # Little's law
    nodes_for = {
        "CPU": cpu_s / (deployment.cores * deployment.busy),
        "connections to the provider": waiting / (deployment.cores * deployment.provider_connections * deployment.busy),
    }
    nodes = max(2, math.ceil(max(nodes_for.values())) + 1)
    rows = demand.logins_per_s * 2 + demand.refreshes_per_s
    connections = nodes * deployment.cores * deployment.database_connections
    calls = demand.logins_per_hour * provider.calls_per_login
    session = costs.session_bytes + demand.refreshes_per_login * costs.refresh_bytes
    used = {
        "quota of the provider": calls / provider.quota_per_hour,
        "rows a second of the database": rows / (deployment.database_rows_per_s * deployment.busy),
        "connections of the database": connections / deployment.database_max_connections,
    }
    return Plan(
        nodes=nodes,
        nodes_for=nodes_for,
        database_rows_per_s=rows,
        database_connections=connections,
        database_bytes=demand.logins_per_day * deployment.refresh_ttl_days * session,
        cache_bytes=demand.logins_per_s * deployment.cache_s * costs.verdict_bytes,
        provider_calls_per_hour=calls,
        exhausted={name: share for name, share in sorted(used.items(), key=lambda one: -one[1]) if share > 1},
    )


def breaking_points(demand: Demand, provider: Provider, costs: Costs, deployment: Deployment) -> dict[str, float]:
    """Return at how many logins an hour each part is used up, the first one first; nodes are added as needed."""

    def is_used_up(name: str, logins_per_hour: float) -> bool:
        wanted = replace(demand, logins_per_hour=logins_per_hour)
        return name in plan(wanted, provider, costs, deployment).exhausted

    def point(name: str) -> float:
        enough, too_many = 0.0, 1e12
        while too_many - enough > 0.5:
            middle = (enough + too_many) / 2
            enough, too_many = (enough, middle) if is_used_up(name, middle) else (middle, too_many)
        return too_many

    far = plan(replace(demand, logins_per_hour=1e12), provider, costs, deployment).exhausted
    return dict(sorted(((name, point(name)) for name in far), key=lambda one: one[1]))


def report(demand: Demand, provider: Provider, costs: Costs, deployment: Deployment) -> Iterator[str]:
    """Yield the lines of the answer."""
    it = plan(demand, provider, costs, deployment)
    yield f"{demand.logins_per_hour:,.0f} logins in the busiest hour, {demand.logins_per_day:,.0f} a day"
    yield f"nodes                  {it.nodes:>14,}   of {deployment.cores:g} processors; one of them may die"
    for name, nodes in it.nodes_for.items():
        yield f"  for {name:<30}{nodes:>7,.1f}"
    yield f"database, rows         {it.database_rows_per_s:>14,.0f} /s"
    yield f"database, connections  {it.database_connections:>14,.0f}"
    yield f"database, disk         {it.database_bytes / 1e9:>14,.1f} GB"
    yield f"shared cache           {it.cache_bytes / 1e6:>14,.1f} MB"
    yield f"calls to the provider  {it.provider_calls_per_hour:>14,.0f} /h"
    for name, times in it.exhausted.items():
        yield f"USED UP: {name}, {times:,.1f} times over"
    yield "what is used up first, as logins grow:"
    for name, logins in breaking_points(demand, provider, costs, deployment).items():
        yield f"  {name:<36}{logins:>14,.0f} logins an hour"


def _parser() -> argparse.ArgumentParser:
    summary, _, more = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for kind in (Demand, Provider, Costs, Deployment):
        group = parser.add_argument_group((kind.__doc__ or kind.__name__).rstrip("."))
        for one in fields(kind):
            option, meaning = f"--{one.name.replace('_', '-')}", one.metadata["help"]
            if one.default is MISSING:
                group.add_argument(option, type=_kind(one.name), metavar="N", required=True, help=meaning)
            else:
                told = f"{meaning} [{one.default:g}]"
                group.add_argument(option, type=_kind(one.name), metavar="N", default=one.default, help=told)
    return parser


def _kind(name: str) -> Callable[[str], float]:
    return _not_negative if name in {"calls_per_login", "refreshes_per_login"} else _positive


def _not_negative(text: str) -> float:
    return 0.0 if float(text) == 0 else _positive(text)


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not more than 0")
    return value


def main(arguments: list[str] | None = None) -> None:
    """Print what the arguments take."""
    said = vars(_parser().parse_args(arguments))

    def of(kind: type[Any]) -> Any:
        return kind(**{one.name: said[one.name] for one in fields(kind)})

    for line in report(of(Demand), of(Provider), of(Costs), of(Deployment)):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
