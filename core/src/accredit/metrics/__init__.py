"""Metrics for Prometheus: a plugin that counts what happens, and reads what can be read when somebody asks.

::

    Exchange(settings, plugins=[Metrics()])   # in Prometheus' own registry, which the host serves as it likes

`metrics` is the plugin, `instruments` the table of what it counts, by a `tally` where every login does. `labels` keeps
their values few, `gauges` has what is read rather than counted, `page` is what `accredit serve` answers with, and
`together` counts in several processes. It needs `accredit[metrics]`.
"""

from accredit.metrics.metrics import Metrics

__all__ = ["Metrics"]
