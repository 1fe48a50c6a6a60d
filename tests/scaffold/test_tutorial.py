"""The page docs/tutorials/write-a-connection.md, done from top to bottom in a fresh environment."""

import json
import re
import shlex
import socket
import textwrap
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

import httpx
import pytest
from tests.documents.blocks import Block, blocks_of
from tests.scaffold.conftest import Generated
from tests.scaffold.environment import Environment

from accredit.cli.tools.scaffold import Names, read_templates

pytestmark = pytest.mark.slow

PAGE = "docs/tutorials/write-a-connection.md"
PORTS = ("8000", "9000")


def test_the_tutorial_works_as_it_stands(environment: Environment, initech: Generated, tmp_path: Path) -> None:
    assert initech.checks  # which run beside this
    with ExitStack() as stack:
        Reader(environment, tmp_path, stack).read(blocks_of(PAGE))


class Reader:
    """Somebody who does what the page says, in `folder`, and compares what they see with what it shows."""

    def __init__(self, environment: Environment, folder: Path, stack: ExitStack) -> None:
        self._environment = environment
        self._folder = folder
        self._stack = stack
        self._said = ""
        self._ports = {port: str(_free_port()) for port in PORTS}
        self.answers: list[httpx.Response] = []

    def read(self, page: list[Block]) -> None:
        for block, after in zip(page, [*page[1:], None], strict=True):
            fails = after is not None and after.language == "text" and "failed:" in after.code
            try:
                self._do(block, fails=fails)
            except AssertionError as exc:
                raise AssertionError(f"{block}: {exc}") from exc
        assert [answer.status_code for answer in self.answers] == [200]

    def _do(self, block: Block, *, fails: bool) -> None:
        match block.language:
            case "sh":
                self._said = "".join(
                    self._run(line, fails=fails) for line in block.code.replace("\\\n", "").splitlines()
                )
            case "text":
                self._shown(block.code)
            case "python":
                self._quoted(block.code)
            case "diff":
                self._change(block.code)
            case "toml":
                (self._folder / "accredit.toml").write_text(self._moved(block.code), "utf-8")
            case _:
                raise AssertionError(f"a block of {block.language} is not known here")

    def _run(self, line: str, *, fails: bool) -> str:
        words = shlex.split(self._moved(line))
        if words[:2] in (["accredit", "simulate"], ["accredit", "serve"]):
            self._stack.enter_context(self._environment.running(*words, cwd=self._folder))
            return ""
        if words[0] == "curl":
            self.answers.append(curl(words[1:]))
            return self.answers[-1].text
        code, said = self._environment.run(*words, cwd=self._folder)
        assert (code != 0) is fails, f"{line}: {said}"
        return said

    def _moved(self, text: str) -> str:
        """Put free ports in the place of the page's."""
        for port, free in self._ports.items():
            text = re.sub(rf"(?<=127\.0\.0\.1:){port}|(?<=--port ){port}", free, text)
        return text

    def _shown(self, code: str) -> None:
        if code.startswith("accredit-acme/\n"):
            for names in re.findall(r"^  (\S+(?: {2}\S+)*)", code, re.MULTILINE):
                for path in names.split():
                    assert (self._folder / "accredit-acme" / path).exists(), path
            return
        for line in code.splitlines():
            pattern = ".*".join(map(re.escape, line.split("…")))
            assert re.search(rf"^{pattern}$", self._said, re.MULTILINE), f"{line!r} is not in {self._said}"

    def _quoted(self, code: str) -> None:
        comment, _, quoted = code.partition("\n")
        if not comment.startswith("# "):  # it stands for itself
            exec(compile(code, PAGE, "exec"), {"__name__": "page"})
            return
        written = self._written(comment.removeprefix("# "))
        assert textwrap.dedent(quoted) in textwrap.dedent(written) or quoted in written

    def _written(self, place: str) -> str:
        """Return a file of the plugin as it is by now, or of another kind as generated: `--kind code: src/…`."""
        if other := re.fullmatch(r"--kind (\S+): (\S+)", place):
            return read_templates(other[1], Names("acme"))[PurePosixPath(other[2])]
        return (self._folder / "accredit-acme" / place).read_text("utf-8")

    def _change(self, code: str) -> None:
        head, _, hunks = code.partition("\n")
        file = self._folder / head.removeprefix("--- ")
        text = file.read_text("utf-8")
        for hunk in hunks.split("@@\n"):
            lines = hunk.splitlines(keepends=True)
            before, after = ("".join(line[1:] for line in lines if line[0] in signs) for signs in (" -", " +"))
            assert text.count(before) == 1, f"not there, or not once: {before}"
            text = text.replace(before, after)
        file.write_text(text, "utf-8")


def curl(options: list[str]) -> httpx.Response:
    """Do what a curl command line says."""
    values = dict(zip(options[::2], options[1::2], strict=True))
    assert set(values) == {"--request", "--url", "--header", "--data"}
    assert json.loads(values["--data"])["connection"] == "acme"
    name, _, value = values["--header"].partition(": ")
    return httpx.request(values["--request"], values["--url"], headers={name: value}, content=values["--data"])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
