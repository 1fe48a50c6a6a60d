"""The threat list and its proofs: what docs/explanation/threats.md says, and which tests carry `threat(N)`.

`python tests/threats/manifest.py` writes anew what tests know better: the column "proven by" of that page, and the
lists of checks in docs/reference/conformance.md and docs/guides/storage.md.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from accredit.testing import StorageConformance, StrategyConformance
from accredit.testing.conformance.suite import threats_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/explanation/threats.md"
CHECKS_PAGES: Mapping[Path, type] = {
    ROOT / "docs/reference/conformance.md": StrategyConformance,
    ROOT / "docs/guides/storage.md": StorageConformance,
}
"""Pages with the list of a kit's checks."""
KITS = {
    "kit": ROOT / "core/src/accredit/testing/conformance/checks",
    "storage kit": ROOT / "core/src/accredit/testing/storage_conformance",
}
LINES = 60

_ROW = re.compile(r"^\| (?P<number>[0-9]+) \| (?P<about>[^|]+) \|(?P<last>[^|]*)\|$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """What docs/explanation/threats.md says of each line, by number."""

    about: Mapping[int, str]
    proofs: Mapping[int, str]
    """The column "proven by"."""
    later: Mapping[int, str]
    """What a line without a test waits for."""
    in_part: Mapping[int, str]
    """What the rest of a line waits for."""


def read_page(text: str) -> Page:
    """Read the page: the tables before the heading "Later", and the two below it."""
    proven, _, rest = text.partition("\n## Later\n")
    later, _, in_part = rest.partition("\n## In part\n")
    rows = list(_ROW.finditer(proven))
    return Page(
        {int(row["number"]): row["about"].strip() for row in rows},
        {int(row["number"]): row["last"].strip() for row in rows},
        {int(row["number"]): row["last"].strip() for row in _ROW.finditer(later)},
        {int(row["number"]): row["last"].strip() for row in _ROW.finditer(in_part)},
    )


def searched_files() -> Iterator[tuple[str, Path]]:
    """Yield every file that may carry a marker, with the name that the page has for it."""
    for kit, folder in KITS.items():
        for path in sorted(folder.glob("*.py")):
            yield f"{kit}: {path.stem}", path
    for folder, name in ((ROOT / "core/tests", "core"), (ROOT / "tests", "tests")):
        for path in sorted(folder.rglob("test_*.py")):
            yield f"{name}: {_place(path, folder)}", path
    for plugin in sorted((ROOT / "plugins").iterdir()):
        for path in sorted((plugin / "tests").rglob("test_*.py")):
            yield f"{plugin.name}: {_place(path, plugin / 'tests')}", path


def _place(path: Path, folder: Path) -> str:
    return path.relative_to(folder).with_suffix("").as_posix().replace("test_", "")


def markers(path: Path) -> Iterator[int]:
    """Yield the number of every `….mark.threat(N, …)` in a file.

    Raises:
        ValueError: an argument is no number that is written out.
    """
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.threat"):
            for argument in node.args:
                if not isinstance(argument, ast.Constant) or type(argument.value) is not int:
                    raise ValueError(f"{path}:{node.lineno}: threat() takes numbers")
                yield argument.value


def proofs() -> dict[int, list[str]]:
    """Return, for each line that some test names, the names of the files."""
    found: dict[int, list[str]] = {}
    for name, path in searched_files():
        for number in sorted(set(markers(path))):
            found.setdefault(number, []).append(name)
    return found


def with_proofs(text: str) -> str:
    """Return the page with its column "proven by" as the tests say."""
    proven, heading, rest = text.partition("\n## Later\n")
    found = proofs()

    def row(match: re.Match[str]) -> str:
        number = int(match["number"])
        return f"| {number} | {match['about'].strip()} | {cell(found.get(number, []))} |"

    return f"{_ROW.sub(row, proven)}{heading}{rest}"


def cell(names: list[str]) -> str:
    """Write file names, those of one place together: `kit: audience, id_tokens; core: steps/verify`."""
    places: dict[str, list[str]] = {}
    for name in names:
        place, _, file = name.partition(": ")
        places.setdefault(place, []).append(file)
    return "; ".join(f"{place}: {', '.join(files)}" for place, files in places.items()) or "later"


def with_checks(text: str, kit: type) -> str:
    """Return a page with its list of checks as the kit has it."""
    begin, end = "<!-- checks -->\n", "<!-- end of checks -->"
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    return f"{before}{begin}\n{''.join(_ideas(kit))}{end}{after}"


def _ideas(kit: type) -> Iterator[str]:
    for idea in reversed(kit.__mro__[1:]):
        names = [name for name in vars(idea) if name.startswith("test_")]
        if not names:
            continue
        title = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", idea.__name__).capitalize().replace("Id ", "ID ")
        yield f"### {title}\n\n{inspect.getdoc(idea)}\n\n| check | | threats |\n|---|---|---|\n"
        for name in names:
            about = (getattr(idea, name).__doc__ or "").strip().partition("\n")[0]
            threats = ", ".join(map(str, threats_of(kit, name)))
            yield f"| `{name}` | {about} | {threats} |\n"
        yield "\n"


if __name__ == "__main__":
    for page, kit in CHECKS_PAGES.items():
        page.write_text(with_checks(page.read_text("utf-8"), kit), "utf-8")
    PAGE.write_text(with_proofs(PAGE.read_text("utf-8")), "utf-8")
    sys.exit(0)
