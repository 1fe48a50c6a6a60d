"""The dashboard and the alert rules that are shown to operators: what they name is there, and they do what they say.

`expressions` takes PromQL out of both. `test_exported` holds it beside what a running server exports, `test_dashboard`
and `test_rules` look at their form. `checks` are those for which it takes `promtool`: `nox -s prometheus`, since it is
no Python package; the series for its tests of the rules lie beside it.
"""
