"""Which hosts a connection calls: those of its validated `*_url` and `*_urls` settings and its issuer, and no other."""

import inspect

from pydantic import TypeAdapter, ValidationError

from accredit.errors import PluginError
from accredit.settings import ConnectionSettings, HttpsUrl
from accredit.settings.connections import stated_urls

_HTTPS_URL: TypeAdapter[str] = TypeAdapter(HttpsUrl)


def provider_urls(settings: ConnectionSettings, *, source: str) -> tuple[str, ...]:
    """Return the URLs of a connection, each looked at once more: a default is not validated, an annotation may be lax.

    Raises:
        PluginError: one is no https URL, or the settings put something else in the place of what was validated.
    """
    kind = type(settings)
    if inspect.getattr_static(kind, "provider_urls") is not vars(ConnectionSettings)["provider_urls"]:
        raise PluginError(
            f"{source}: {kind.__name__} overrides provider_urls: remove it, since only the hosts of settings whose"
            " names end in _url are called"
        )
    return tuple(_checked(kind, name, url, source) for name, url in stated_urls(settings))


def _checked(kind: type[ConnectionSettings], name: str, url: object, source: str) -> str:
    if hasattr(kind, name):
        raise PluginError(f"{source}: {kind.__name__} has a property in the place of its setting {name}: remove it")
    try:
        return _HTTPS_URL.validate_python(url, strict=True)
    except ValidationError:
        raise PluginError(
            f"{source}: setting {name} of {kind.__name__} lets through what is no https URL:"
            " make it an HttpsUrl or a BaseUrl, and its default one that calls nobody in the clear"
            if not name.endswith("_urls")
            else f"{source}: setting {name} of {kind.__name__} is no list of https URLs: make it a ListOf[HttpsUrl]"
        ) from None
