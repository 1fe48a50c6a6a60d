"""Every metric, once: its name, what it is, what it counts, and by which labels."""

from dataclasses import dataclass
from typing import Literal

from prometheus_client import Counter, Gauge, Histogram

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Up to the time that an exchange has by default; what takes longer is in the last bucket, `+Inf`."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One metric. `reading` is the name of the `Reading` that it shows, empty where it counts events."""

    name: str
    kind: Literal["histogram", "counter", "gauge"]
    about: str
    labels: tuple[str, ...] = ()
    reading: str = ""
    mode: Literal["livesum", "livemax"] = "livesum"
    """What a gauge is with several processes: the sum over those that live, or the largest."""

    def histogram(self) -> Histogram:
        """Make it."""
        return Histogram(self.name, self.about, self.labels, buckets=BUCKETS_S, registry=None)

    def counter(self) -> Counter:
        """Make it."""
        return Counter(self.name.removesuffix("_total"), self.about, self.labels, registry=None)

    def gauge(self) -> Gauge:
        """Make it."""
        return Gauge(self.name, self.about, self.labels, registry=None, multiprocess_mode=self.mode)


REQUESTS = Instrument(
    "accredit_request_duration_seconds",
    "histogram",
    "Finished requests, and how long they took",
    ("request", "connection", "outcome"),
)
REFUSALS = Instrument(
    "accredit_requests_not_accepted_total",
    "counter",
    "Requests that were refused, have failed or were abandoned, by reason",
    ("request", "connection", "reason"),
)
PROVIDER_CALLS = Instrument(
    "accredit_provider_call_duration_seconds",
    "histogram",
    "Finished calls to providers, and how long they took",
    ("connection", "endpoint", "answer"),
)
COMMITS = Instrument(
    "accredit_storage_commit_duration_seconds",
    "histogram",
    "Transactions committed, and how long they took, from their begin to the disk",
)
BUILD = Instrument(
    "accredit_build_info",
    "gauge",
    "Always 1; its labels say what runs",
    ("version", "python"),
    mode="livemax",
)
SIGNATURES = Instrument(
    "accredit_signatures_total", "counter", "Tokens signed for requests that were accepted", ("token",)
)
VERIFICATIONS = Instrument(
    "accredit_verifications_total",
    "counter",
    "Who had to say whose token it is: the provider, asked by this login or by another of the same moment; the cache",
    ("connection", "by"),
)
LIMITED = Instrument("accredit_limited_total", "counter", "Requests over a rate, by its setting", ("limit",))
EVENTS = Instrument("accredit_events_total", "counter", "Events that are no requests, by name", ("event",))
ALERTS = Instrument(
    "accredit_alerts_total", "counter", "Events for which somebody must act, by name and reason", ("event", "reason")
)
GAUGES = (
    Instrument(
        "accredit_in_flight",
        "gauge",
        "Exchanges, verifications and refreshes that have begun and not ended",
        reading="in_flight",
    ),
    Instrument(
        "accredit_provider_in_flight",
        "gauge",
        "Logins that are asking a provider",
        ("connection",),
        reading="provider_in_flight",
    ),
    Instrument(
        "accredit_circuit_open",
        "gauge",
        "1 while a provider counts as down and is asked now and then, else 0",
        ("connection",),
        reading="circuit_open",
        mode="livemax",
    ),
    Instrument(
        "accredit_turned_away_total",
        "counter",
        "Requests that were turned away at the door, because too many were going on; these leave no event each",
        reading="turned_away",
    ),
    Instrument(
        "accredit_signing_key_age_seconds",
        "gauge",
        "How long ago the key that signs was made",
        reading="signing_key_age_s",
        mode="livemax",
    ),
    Instrument(
        "accredit_api_version_end_timestamp_seconds",
        "gauge",
        "When the provider ends the API version that the connection calls, where a day is announced",
        ("connection",),
        reading="api_version_ends_at",
        mode="livemax",
    ),
    Instrument(
        "accredit_cache_away",
        "gauge",
        "1 while what nodes share cannot be used, and each goes on by itself, else 0",
        reading="cache_away",
        mode="livemax",
    ),
    Instrument(
        "accredit_cache_failures_total",
        "counter",
        "How often what nodes share was found to be gone, slow, full or read-only",
        reading="cache_failures",
    ),
    Instrument(
        "accredit_cache_values_rejected_total",
        "counter",
        "Values in what nodes share that no node has written",
        reading="cache_values_rejected",
    ),
    Instrument(
        "accredit_storage_queue",
        "gauge",
        "Changes that wait for the transaction that will store them",
        reading="storage_queue",
    ),
    Instrument(
        "accredit_storage_pool_size",
        "gauge",
        "Connections to the database that are open, where it has a pool",
        reading="storage_pool_size",
    ),
    Instrument(
        "accredit_storage_pool_in_use", "gauge", "Those of them that somebody uses now", reading="storage_pool_in_use"
    ),
    Instrument("accredit_storage_commits_total", "counter", "Transactions committed", reading="storage_commits"),
    Instrument(
        "accredit_storage_changes_total",
        "counter",
        "Changes stored; divided by the transactions, the size of a batch",
        reading="storage_changes",
    ),
    Instrument(
        "accredit_audit_queue", "gauge", "Events that wait to be written to the audit table", reading="audit_queue"
    ),
    Instrument("accredit_audit_rows_total", "counter", "Events written to the audit table", reading="audit_rows"),
    Instrument(
        "accredit_audit_rows_lost_total",
        "counter",
        "Events that are not in the audit table: it was not written in time",
        reading="audit_rows_lost",
    ),
)
INSTRUMENTS = (
    REQUESTS,
    REFUSALS,
    LIMITED,
    PROVIDER_CALLS,
    VERIFICATIONS,
    SIGNATURES,
    EVENTS,
    ALERTS,
    COMMITS,
    *GAUGES,
    BUILD,
)
