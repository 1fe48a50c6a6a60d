"""The pages of the playground: HTML of values, without any I/O.

`start` is the first page: the `story`, the `tokens` to try, the switches of `faults`, and the `latest` requests. `run`
is one request, and `snippets` what sends the same from an app.
"""
