"""What operators and observers see: every event once, under stable names, without a secret.

`events` has a type for each kind, `event` what they share, `operations` those for operators alone. A `trail` gathers
what is known of one login or refresh. The `reporter` is the one way in: it decides by `alerts` which alert is news, and
hands each event to its `sinks`: `log_lines`, every observer, and the `table/` where it is on. `logs` writes lines, and
`redact` blanks secrets. `readings` are what can be read at any moment, beside what has happened.
"""
