"""Colours for light and for dark: each picture has both and takes those that the reader's system asks for.

The picture brings its background, so that it can be read on a page that has been switched by hand. What stands on it
contrasts with it as WCAG 2.2 asks of text.
"""

LIGHT = {
    "page": "#ffffff",
    "text": "#1f2328",
    "faint": "#59636e",
    "grid": "#d1d9e0",
    "ours-0": "#0757ba",
    "ours-1": "#0a7ea4",
    "ours-2": "#4f6bed",
    "ours-3": "#1f6fb5",
    "floor-0": "#6e7781",
    "peer-0": "#b35900",
    "peer-1": "#1a7f37",
    "peer-2": "#8250df",
    "peer-3": "#bf3989",
    "peer-4": "#9a6700",
    "peer-5": "#a40e26",
}
DARK = {
    "page": "#131416",
    "text": "#e6edf3",
    "faint": "#9198a1",
    "grid": "#3d444d",
    "ours-0": "#58a6ff",
    "ours-1": "#4cc9f0",
    "ours-2": "#a5b4fc",
    "ours-3": "#79c0ff",
    "floor-0": "#8b949e",
    "peer-0": "#f0883e",
    "peer-1": "#3fb950",
    "peer-2": "#bc8cff",
    "peer-3": "#f778ba",
    "peer-4": "#d29922",
    "peer-5": "#ff7b72",
}


def style() -> str:
    """Return the style sheet of a picture."""
    light, dark = (" ".join(f"--{name}: {colour};" for name, colour in theme.items()) for theme in (LIGHT, DARK))
    return f"svg {{ {light} }} @media (prefers-color-scheme: dark) {{ svg {{ {dark} }} }}"
