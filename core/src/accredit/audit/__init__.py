"""What operators and observers see: every event once, under stable names, without a secret.

A `trail` gathers what is known of one exchange; the `reporter` tells it: a line in the log, and every observer.
"""
