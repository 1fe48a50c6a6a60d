"""Ask before anything is built, and afterwards: `python -m tests.release [--rehearse] [FOLDER]`.

Without a folder: one version, ranges that fit it, a changelog that is signed off. With the folder of the archives: what
they hold. `--rehearse` lets the changelog be unfinished, so that every change can try the whole recipe.
"""

import sys
from pathlib import Path

from tests.release.archives import check_archives
from tests.release.changelog import check_signed_off
from tests.release.projects import ROOT, NotReadyError, check_ranges, one_version, projects


def main(arguments: list[str]) -> None:
    """Print what was found. Exits with a sentence if the distributions must not be published."""
    try:
        _ask(arguments)
    except NotReadyError as reason:
        sys.exit(f"not ready: {reason}")


def _ask(arguments: list[str]) -> None:
    found = projects()
    version = one_version(found)
    folders = [argument for argument in arguments if argument != "--rehearse"]
    if folders:
        for archive in check_archives(Path(folders[0]), found):
            print(archive.sha256, archive.path.name)
        return
    check_ranges(found, version)
    if "--rehearse" in arguments:
        print(f"rehearsing {version}: {len(found)} distributions, the changelog is not asked")
        return
    day = check_signed_off((ROOT / "CHANGELOG.md").read_text("utf-8"), version)
    print(f"{version} of {day}: {len(found)} distributions")


if __name__ == "__main__":
    main(sys.argv[1:])
