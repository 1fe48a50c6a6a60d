"""Accredit in the habits of a framework: one module or folder for each, and each an extra of that name.

Nothing here is imported by anything else, and none imports another.
"""
