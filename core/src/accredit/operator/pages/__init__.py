"""The pages, one file each: values in, HTML out. `overview`, `refusals`, `keys`, `subject`, `confirm`, `sign_in`."""
