"""Others that do the same job. Each has a folder: what its environment holds, and a program as its pages suggest."""
