"""A provider's token in, our tokens out: the order of the steps, and what they work with.

`exchange` is the door and the order; `steps/` has one file for each step. `engine` holds the parts and their life.
"""
