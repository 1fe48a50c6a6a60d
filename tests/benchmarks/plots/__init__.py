"""Plots as SVG: bars and lines, for light and for dark pages."""
