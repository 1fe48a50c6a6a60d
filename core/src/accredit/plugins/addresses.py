"""Which hosts a connection calls: those of its validated `*_url` settings, and no other."""

import inspect

from pydantic import TypeAdapter, ValidationError

from accredit.errors import PluginError
from accredit.settings import ConnectionSettings, HttpsUrl

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
    return tuple(_checked(settings, name, source) for name in _names(settings))


def _names(settings: ConnectionSettings) -> list[str]:
    return [
        name for name in type(settings).model_fields if name.endswith("_url") and vars(settings).get(name) is not None
    ]


def _checked(settings: ConnectionSettings, name: str, source: str) -> str:
    kind = type(settings)
    if hasattr(kind, name):
        raise PluginError(f"{source}: {kind.__name__} has a property in the place of its setting {name}: remove it")
    try:
        return _HTTPS_URL.validate_python(vars(settings)[name], strict=True)
    except ValidationError:
        raise PluginError(
            f"{source}: setting {name} of {kind.__name__} lets through what is no https URL:"
            " make it an HttpsUrl or a BaseUrl, and its default one that calls nobody in the clear"
        ) from None
