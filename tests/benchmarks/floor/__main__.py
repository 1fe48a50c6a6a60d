import argparse

import uvloop
from tests.benchmarks import floor
from tests.benchmarks.floor.server import serve
from tests.benchmarks.floor.signing import ALGORITHMS

parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.floor", description=floor.__doc__)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--provider-port", type=int, required=True)
parser.add_argument("--database", required=True, metavar="FILE", help="a SQLite file that does not exist yet")
parser.add_argument("--alg", choices=ALGORITHMS, default="RS256")
parser.add_argument("--cached", action="store_true", help="ask the provider once for each token")
chosen = parser.parse_args()
uvloop.run(
    serve(
        port=chosen.port,
        provider_port=chosen.provider_port,
        database=chosen.database,
        alg=chosen.alg,
        cached=chosen.cached,
    )
)
