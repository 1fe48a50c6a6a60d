"""Where the app is, and where the issuer says it is."""

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

_LONGEST_SHOWN = 200


def path_of(issuer: str) -> str:
    """Return the path of the issuer's URL, without a slash at its end: empty where it has none."""
    return unquote(urlsplit(issuer).path).rstrip("/")


def metadata_path(issuer: str) -> str:
    """Return the path at the root of the host where clients look for the metadata of an issuer with a path.

    Source: RFC 8414 section 3.1.
    """
    return f"/.well-known/oauth-authorization-server{path_of(issuer)}"


def has_encoded_slash(raw_path: bytes | None) -> bool:
    """Tell whether a path was sent with a `%2F`, which is no slash, though the server has decoded it.

    A proxy that guards a path by its letters would let `/oauth%2Ftoken` through. Servers that do not know the path as
    it was sent may say None. Source: RFC 3986 section 2.2.
    """
    return raw_path is not None and b"%2f" in raw_path.lower()


class MountCheck:
    """Look, at the first request, whether the issuer names the path of the mount.

    Nobody knows earlier: a mount tells its path with each request. Every published address begins with the issuer, so
    they do not exist where it names another path. A proxy may put something in front of the path, so the issuer must
    end with it, no more. `report` takes the path, and what to do.
    """

    def __init__(self, *, issuer: str, report: Callable[[str, str], None]) -> None:
        self._issuer = issuer
        self._report = report
        self._looked = False

    def __call__(self, root_path: str) -> None:
        """Look, unless that has been done; `root_path` is what frameworks call the path of the mount."""
        if self._looked:
            return
        self._looked = True
        mount = root_path.rstrip("/")
        if not path_of(self._issuer).endswith(mount):
            parts, shown = urlsplit(self._issuer), mount[:_LONGEST_SHOWN]
            advice = f'so what it publishes does not exist: set issuer = "{parts.scheme}://{parts.netloc}{shown}/"'
            self._report(shown, advice)
