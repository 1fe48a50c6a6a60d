"""What the page shows of what has happened: bounded, in memory, and of all workers.

`view` is the plugin that hears every event; `windows` counts over the last minute, quarter of an hour and hour, calls
to providers in classes of `latency`; `seen` is what is kept of one event. A `snapshot` is all of it at one moment, as
plain values: each worker publishes its own on the `board`, which is memory that all share, and `together` adds them up
for `everybody`.
"""
