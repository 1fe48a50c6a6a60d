"""`accredit serve` where its database is not there yet: code 1, by which service managers start it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from core.tests.cli.test_reload import CONFIG, LISTENING, ask, config, serving

if TYPE_CHECKING:
    from core.tests.cli.conftest import Start

__all__ = ["config"]

AWAY = "postgresql://ada:secret@127.0.0.1:1/accredit"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_database_that_is_not_there_yet_is_told_and_ends_with_1(workers: str, config: Path, start: Start) -> None:
    options = ("--config", str(config), "--port", "0", "--workers", workers)
    with start("serve", *options, env={"ACCREDIT_STORAGE__URL": AWAY}) as process:
        code, out, err = process.end()
    assert (code, out) == (1, "")
    assert "accredit: storage.url: the database at 127.0.0.1:1 cannot be used: " in err
    assert "Traceback" not in err
    assert "secret" not in err


def test_a_reload_with_a_database_that_is_not_there_keeps_the_workers_of_before(config: Path) -> None:
    with serving(config.parent, "--workers", "2") as server:
        url = server.until(LISTENING)[1]
        config.write_text(f'{CONFIG.replace("1000", "1001")}[storage]\nurl = "{AWAY}"\n')
        server.hang_up()
        server.until(r"accredit: not reloaded: worker 3 has ended with exit code 1; the workers of before go on")
        with httpx.Client(base_url=url, trust_env=False) as client:
            assert ask(client).json()["expires_in"] == 1000
        assert server.end() == 0
