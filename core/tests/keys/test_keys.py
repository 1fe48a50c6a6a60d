"""Our signing keys on disk."""

import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from core.tests.postgres import not_as_root

from accredit.errors import ConfigurationError
from accredit.keys import KeyFile, SigningKeys
from accredit.keys.jose import SigningKey

LOADING = """
import os, sys
from pathlib import Path
from accredit.keys import KeyFile
file, *user = sys.argv[1:]
KeyFile(Path(file)).load("ES256")  # whatever is imported on the way may be root's own
if user:
    os.seteuid(int(user[0]))
try:
    Path(file).with_name("other").touch()
except PermissionError:
    print("locked out")
print(KeyFile(Path(file)).load("ES256").current.kid)
if user:
    os.seteuid(0)  # what counts the lines that were run writes at the end
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def load_keys(path: Path, alg: str) -> SigningKeys:
    return KeyFile(path, clock=lambda: 1_700_000_000.9).load(alg)


def kids(keys: SigningKeys) -> list[str]:
    return [key["kid"] for key in keys.jwks()["keys"]]


def refusal(path: Path) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load_keys(path, "ES256")
    return str(refused.value)


def test_the_first_start_makes_a_private_key_for_its_owner_only(file: Path) -> None:
    before = os.umask(0)
    try:
        keys = load_keys(file, "ES256")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    signs, announced = json.loads(file.read_bytes())["keys"]
    assert (signs["kid"], signs["state"], signs["made_at"]) == (keys.current.kid, "current", 1_700_000_000)
    assert (announced["state"], announced["made_at"]) == ("next", 1_700_000_000)
    assert "d" in signs
    assert "d" in announced
    assert set(kids(keys)) == {signs["kid"], announced["kid"]}
    assert sorted(one.name for one in file.parent.iterdir()) in (["keys.json"], ["keys.json", "keys.json.lock"])


def test_a_restart_keeps_the_key(file: Path) -> None:
    first = load_keys(file, "ES256")
    content = file.read_bytes()
    second = load_keys(file, "ES256")
    assert kids(second) == kids(first)
    assert file.read_bytes() == content
    token = first.current.sign({"a": 1}, typ="JWT")
    assert second.public.verify(token, algorithms=second.algorithms) == {"a": 1}


def test_another_algorithm_adds_a_key_and_the_old_one_stays_published(file: Path) -> None:
    old = load_keys(file, "ES256")
    new = load_keys(file, "EdDSA")
    assert new.current.alg == "EdDSA"
    assert new.algorithms == ("ES256", "EdDSA")
    assert kids(new)[-1] == new.current.kid
    assert set(kids(old)) < set(kids(new))
    token = old.current.sign({"a": 1}, typ="JWT")
    assert new.public.verify(token, algorithms=new.algorithms) == {"a": 1}
    back = load_keys(file, "ES256")
    assert (back.current.kid, set(kids(back))) == (old.current.kid, set(kids(new)))


def test_what_is_published_holds_no_private_part(file: Path) -> None:
    load_keys(file, "ES256")
    for key in load_keys(file, "RS256").jwks()["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "state", "made_at", "retired_at"} & set(key)
        assert (key["use"], set(key) >= {"kty", "kid", "alg"}) == ("sig", True)


@pytest.mark.slow
def test_processes_that_start_at_once_agree(file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from accredit.keys import KeyFile;"
        "print(KeyFile(Path(sys.argv[1])).load('ES256').current.kid)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
        for _ in range(3)
    ]
    said = {process.communicate(timeout=120)[0].strip() for process in started}
    assert said == {load_keys(file, "ES256").current.kid}


@pytest.mark.skipif(os.name != "posix", reason="modes are a thing of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601, 0o777])
def test_a_file_that_others_may_read_is_refused_with_the_cure(file: Path, mode: int) -> None:
    keys = load_keys(file, "ES256")
    file.chmod(mode)
    assert refusal(file) == f"keys.path: others may read {file}; run: chmod 600 {file}"
    file.chmod(0o600)
    assert kids(load_keys(file, "ES256")) == kids(keys)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b'{"keys": null}',
        b'{"keys": 5}',
        b'{"keys": [1]}',
        b'{"keys": [null]}',
        b'{"keys": [{}]}',
        b'{"keys": [[]]}',
        b'{"keys": [{"kty": "RSA", "alg": "RS256", "kid": "1"}]}',
        b'{"keys": [{"kty": "RSA", "alg": "RS256", "kid": "1", "n": "x", "e": "y"}]}',
        b'{"keys": [{"kty": "XYZ", "alg": "RS256", "kid": "1"}]}',
        b'{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA", "alg": "ES256", "kid": "1"}]}',
        b'{"keys": ' + b"[" * 100_000,
        b"a.b.c.d",
        b"a.b.c.d.e.f",
    ],
)
def test_a_corrupt_file_is_refused_and_left_as_it_is(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    file.chmod(0o600)
    assert refusal(file).startswith(f"keys.path: {file} is not a key file of Accredit; restore it from a backup; or")
    assert file.read_bytes() == content


@pytest.mark.parametrize("missing", ["alg", "kid", "d"])
def test_a_key_that_lost_a_part_is_refused(file: Path, missing: str) -> None:
    load_keys(file, "ES256")
    stored = json.loads(file.read_bytes())
    del stored["keys"][0][missing]
    file.write_text(json.dumps(stored))
    assert refusal(file).startswith(f"keys.path: {file} is not a key file of Accredit; restore it from a backup; or")


def test_a_secret_for_hmac_is_no_signing_key(file: Path) -> None:
    file.write_text('{"keys": [{"kty": "oct", "k": "AAECAwQFBgcICQoLDA0ODw", "alg": "HS256", "kid": "1"}]}')
    file.chmod(0o600)
    assert refusal(file).startswith(f"keys.path: {file} is not a key file of Accredit; restore it from a backup; or")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "keys.json"
    assert refusal(path).startswith(f"keys.path: cannot use {path}: ")


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert refusal(tmp_path).startswith("keys.path: ")


def test_a_draft_left_by_a_crash_is_no_obstacle(file: Path) -> None:
    draft = file.with_name("keys.json.new")
    draft.write_text("half a")
    draft.chmod(0o644)
    load_keys(file, "ES256")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not draft.exists()


def test_a_file_without_states_is_one_whose_keys_sign(file: Path) -> None:
    key = SigningKey.generate("ES256")
    file.write_text(json.dumps({"keys": [key.private_jwk()]}))
    file.chmod(0o600)
    keys = load_keys(file, "ES256")
    assert keys.current.kid == key.kid
    assert len(kids(keys)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "former"},
        {"state": None},
        {"state": ["next"]},
        {"made_at": "1"},
        {"made_at": True},
        {"made_at": 1.5},
        {"retired_at": "1"},
        {"state": "next"},  # a second one
    ],
)
def test_a_file_whose_states_make_no_sense_is_refused(file: Path, changes: dict[str, object]) -> None:
    load_keys(file, "ES256")
    stored = json.loads(file.read_bytes())
    stored["keys"][0].update(changes)
    file.write_text(json.dumps(stored))
    assert refusal(file).startswith(f"keys.path: {file} is not a key file of Accredit; restore it from a backup; or")


def test_a_key_that_stands_there_twice_is_refused(file: Path) -> None:
    load_keys(file, "ES256")
    stored = json.loads(file.read_bytes())
    stored["keys"].append({**stored["keys"][0], "state": "previous"})
    file.write_text(json.dumps(stored))
    assert refusal(file).startswith(f"keys.path: {file} is not a key file of Accredit; restore it from a backup; or")


@pytest.mark.skipif(os.name != "posix", reason="modes are a thing of POSIX")
def test_a_complete_file_may_lie_where_nothing_can_be_written() -> None:
    with tempfile.TemporaryDirectory() as folder:  # not pytest's own, which others than its owner cannot enter
        file = Path(folder, "keys.json")
        keys = load_keys(file, "ES256")
        file.with_name("keys.json.lock").unlink(missing_ok=True)
        as_whom = not_as_root(Path(folder))  # root may write everywhere
        user = [str(as_whom["user"])] if "user" in as_whom else []
        if user:
            os.chown(file, as_whom["user"], as_whom["group"])
        file.parent.chmod(0o500)
        command = [sys.executable, "-c", LOADING, str(file), *user]
        loaded = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - ours
        file.parent.chmod(0o700)
    assert (loaded.returncode, loaded.stdout.splitlines(), loaded.stderr) == (0, ["locked out", keys.current.kid], "")


def test_a_complete_file_is_read_without_a_lock(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = load_keys(file, "ES256")
    monkeypatch.setattr("accredit.keys.file.FileLock", lambda _: 1 / 0)
    assert kids(load_keys(file, "ES256")) == kids(keys)


def test_a_next_key_that_cannot_be_written_is_done_without(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = SigningKey.generate("ES256")
    file.write_text(json.dumps({"keys": [key.private_jwk()]}))
    file.chmod(0o600)

    def read_only(_: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("accredit.keys.file.FileLock", read_only)
    assert kids(load_keys(file, "ES256")) == [key.kid]
    with pytest.raises(
        ConfigurationError, match=r"^keys\.path: cannot use .*: Permission denied; run as the user that owns it"
    ):
        load_keys(file, "EdDSA")


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "volume" / "keys.json", tmp_path / "keys.json"
    target.parent.mkdir()
    load_keys(target, "ES256")
    link.symlink_to(target)
    keys = load_keys(link, "EdDSA")
    assert link.is_symlink()
    assert kids(load_keys(target, "EdDSA")) == kids(keys)


@pytest.mark.skipif(os.name != "posix", reason="owners are a thing of POSIX")
def test_a_file_that_another_user_changes_keeps_its_owner(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = (12345, 12346) if os.geteuid() == 0 else (os.geteuid(), os.getegid())  # only root gives files away
    load_keys(file, "ES256")
    os.chown(file, *owner)
    given: list[tuple[int, int]] = []
    give = os.chown

    def spy(path: Path, user: int, group: int) -> None:
        given.append((user, group))
        give(path, user, group)

    monkeypatch.setattr(os, "chown", spy)
    monkeypatch.setattr(os, "geteuid", lambda: owner[0] + 1)
    load_keys(file, "EdDSA")
    assert given == [owner]
    assert (file.stat().st_uid, file.stat().st_gid) == owner
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_is_told_apart_from_a_file_with_a_wrong_mode(tmp_path: Path) -> None:
    message = f"keys.path: {tmp_path} is a folder; name a file in it, such as {tmp_path / 'accredit-keys.json'}"
    assert refusal(tmp_path) == message


@pytest.mark.skipif(os.name != "posix", reason="named pipes are a thing of POSIX")
def test_a_pipe_is_refused_and_never_waited_for(file: Path) -> None:
    os.mkfifo(file, 0o600)
    message = f"keys.path: {file} is a pipe or a device; name a regular file"
    assert refusal(file) == message
    with pytest.raises(ConfigurationError, match="is a pipe or a device"):
        KeyFile(file, encryption_keys=[bytes(32)]).encrypt()


def test_a_file_without_a_key_is_not_filled_in_silence(file: Path) -> None:
    file.write_text('{"keys": []}')
    file.chmod(0o600)
    message = f"keys.path: {file} holds no key; restore it from a backup; or remove it, and the next start makes new"
    assert refusal(file).startswith(message)
    assert file.read_text() == '{"keys": []}'


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "keys.json"
    message = f"keys.path: the folder {file.parent} does not exist; make it, or change keys.path to where the keys are"
    assert refusal(file) == message
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_this_user_may_not_read_is_told_with_the_remedy(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_keys(file, "ES256")

    def forbidden(path: Path) -> bytes:  # whoever runs the tests may be root, to whom nothing is forbidden
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    remedy = "run as the user that owns it, or give it to this one with chown"
    assert refusal(file) == f"keys.path: cannot use {file}: Permission denied; {remedy}"
