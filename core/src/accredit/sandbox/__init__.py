"""A whole server on loopback, with every installed provider simulated beside it: what `accredit demo` and `dev` run.

`sandbox` is the server with its providers, `clock` its time, and `switches` make a provider misbehave. `trials` is what
the demonstration tries there, and `judge` says what is wrong with what came of it. `demonstration` is all of that per
connection, and `kinds` sorts refusals for people.
"""
