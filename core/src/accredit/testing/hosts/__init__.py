"""What a host's own tests need: people who log in at simulated providers, in the process of the test.

`simulated` begins it, `providers` is what its block works with, each of them a `provider`. `people` are who logs in,
`login` what an app would post for them; `replace` puts the simulated providers into a host's own settings.
"""
