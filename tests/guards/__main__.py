"""Print what an exchange costs now beside what the table says; with `--renew` write it down."""

import argparse
import sys

from tests.guards.cases import count
from tests.guards.table import PATH, RENEW, differences, read, table_of, write


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.guards", description=__doc__)
    parser.add_argument("--renew", action="store_true", help=f"write {PATH.name}: for a change that is meant")
    found, renew = table_of(count()), parser.parse_args().renew
    kept = read() if PATH.exists() else {}
    for case, row in found.items():
        for what, number in row.items():
            if what != "rooms":
                print(f"{case:16}{what:16}{kept.get(case, {}).get(what, '-'):>6}{number:>6}")
    problems = differences(kept, found)
    if renew:
        write(found)
        print(f"written to {PATH.name}; say in the commit message why it has changed")
    elif problems:
        print("\n".join([*problems, f"if that is meant: {RENEW}"]))
    return 1 if problems and not renew else 0


if __name__ == "__main__":
    sys.exit(main())
