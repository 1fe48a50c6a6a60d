"""Traces for OpenTelemetry: a plugin that makes spans of what has happened, from the times that its events have.

::

    Exchange(settings, plugins=[Traces()])   # in the host's own TracerProvider, within the span that is current

`traces` is the plugin: one span a request, and below it, by `parts`, one a step that took its time, one a provider
call, one a commit of which `commits` has heard. `attributes` are what spans say. `edge` is what `accredit serve` has in
front of its app: the span that a request is in, as a child of what `caller` reads in its headers. `provider` sends
spans to a collector, as the variables `OTEL_…` say. It needs `accredit[otel]`; a host that has a TracerProvider needs
its API alone.
"""

from accredit.traces.traces import Traces

__all__ = ["Traces"]
