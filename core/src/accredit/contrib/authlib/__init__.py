"""Social logins for an Authlib `AuthorizationServer`, of Flask or Django: your clients, tokens and models stay.

::

    from accredit.contrib.authlib import AccessTokenEndpoint, SocialLoginGrant
    from accredit.sync import Verifier

    class SocialLogin(SocialLoginGrant):
        verifier = Verifier(connections={"facebook": {"app_id": …, "app_secret": …}})

        def authenticate_user(self, identity, client):
            return user_for(identity.namespace, identity.user_id)

    server.register_grant(SocialLogin)                              # RFC 8693, at your token endpoint
    server.register_endpoint(AccessTokenEndpoint(SocialLogin))      # POST /oauth/access_token

    @app.post("/oauth/access_token")
    def access_token():
        return server.create_endpoint_response("access_token")

`grant` is the login, `endpoint` the wire of its own, `refusal` the form of what is refused.
"""

from accredit.contrib import require_extra

require_extra("authlib", "authlib")

from accredit.contrib.authlib.endpoint import AccessTokenEndpoint  # noqa: E402 - what it needs is there only now
from accredit.contrib.authlib.grant import SocialLoginGrant  # noqa: E402 - the same

__all__ = ["AccessTokenEndpoint", "SocialLoginGrant"]
