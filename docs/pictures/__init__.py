"""The pictures of the documentation, as SVG. No library: they are as simple as their files.

`svg` and `theme` are what plots and drawings are made of. `way` draws `way.toml`, `house` the rooms of the package;
`made` puts both where readers see them. `terminal` draws what a command writes.
"""
