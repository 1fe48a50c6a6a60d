"""The harness of many nodes. It is a package so that its one site is stopped after its last test, not that of all."""
