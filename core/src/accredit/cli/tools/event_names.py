"""The names of all events that leave an audit row, as `docs/guides/operate.md` describes them."""

_OUTCOMES = "refused limited failed abandoned"
_NAMES = {
    "audit": "behind",
    "cache": "failed away back value_rejected",
    "connection": "accepts_unbound_tokens api_version_ends api_version_unknown circuit_opened circuit_closed"
    " token_ended token_revoked token_unrevoked",
    "exchange": f"accepted {_OUTCOMES}",
    "host": "not_open issuer_mismatch log_unheard log_failed close_failed",
    "introspection": _OUTCOMES,
    "document": "fetch_failed",
    "jwks": "fetch_failed",
    "keys": "changed unusable",
    "limits": "storage_failed proxy_unnamed",
    "nonce": f"issued {_OUTCOMES}",
    "notice": f"received repeated {_OUTCOMES}",
    "observer": "failed",
    "operator": "signed_in signed_out wrong_token many_wrong_tokens",
    "readiness": "lost back",
    "request": "form_as_json turned_away failed",
    "revocation": _OUTCOMES,
    "session": "ended",
    "subject": "linked unlinked blocked unblocked erased",
    "token": f"issued refreshed revoked revocation_ignored introspected {_OUTCOMES}",
    "tokeninfo": f"stated {_OUTCOMES}",
    "userinfo": f"stated {_OUTCOMES}",
}
EVENT_NAMES = tuple(f"{family}.{name}" for family, names in _NAMES.items() for name in names.split())


def names_like(name: str) -> tuple[str, ...]:
    """Return the names that share a first word with one that is unknown; all, where none does."""
    family = name.partition(".")[0]
    return tuple(one for one in EVENT_NAMES if one.partition(".")[0] == family) or EVENT_NAMES
