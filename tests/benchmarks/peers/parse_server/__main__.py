"""Start PostgreSQL, and Parse Server on it; both end when this does. Runs in our environment, which has the wheel."""

import os
import shutil
import signal
import subprocess
import sys
import types
from pathlib import Path

from core.tests.postgres import started


def _stop(_: int, __: types.FrameType | None) -> None:
    raise KeyboardInterrupt


def main(environment: Path) -> None:
    signal.signal(signal.SIGTERM, _stop)
    with started(fsync=True) as postgres, postgres.database() as database:
        where = {"BENCHMARK_DATABASE": database.name, "BENCHMARK_DATABASE_HOST": database.host}
        node = shutil.which("node") or "node"
        server = subprocess.Popen([node, "server.mjs"], cwd=environment, env={**os.environ, **where})
        try:
            server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
