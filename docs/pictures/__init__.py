"""The pictures of the documentation, as SVG: what plots and drawings are made of. No library: they are simple."""
