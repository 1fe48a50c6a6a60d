"""The files for deploying, `docs/examples/deploy`: linted, validated, and run as far as a machine without Docker can.

`image` builds the container file and runs what it made, as root; its tests are `in_a_container`: `nox -s container`.
"""
