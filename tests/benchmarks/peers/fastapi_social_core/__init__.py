"""FastAPI with social-auth-core: the same job as ours, written by hand around the library."""
