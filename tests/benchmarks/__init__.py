"""How fast is an exchange? `python -m tests.benchmarks --help` says how to find out."""
