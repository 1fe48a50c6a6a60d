"""Plots as SVG: bars and lines, for light and for dark pages. No library: the pictures are as simple as their files."""
