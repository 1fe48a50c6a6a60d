"""X's refusals in X's shapes. v1.1 speaks in codes, v2 in problems, and both drop out of the pattern at places.

Sources: X, "Response codes" and "Error troubleshooting"; the odd bodies as developers reported them.
"""

from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any, Literal

from starlette.responses import HTMLResponse, JSONResponse, Response

ApiVersion = Literal["v2", "v1.1"]
Answer = Callable[[ApiVersion], Response]

# Problem types come under both hosts.
_OLD_PROBLEMS = "https://api.twitter.com/2/problems/"
_NEW_PROBLEMS = "https://api.x.com/2/problems/"


def coded(status: int, code: int, message: str, **extra: Any) -> Response:
    """Answer in the shape of v1.1."""
    return JSONResponse({"errors": [{"code": code, "message": message, **extra}]}, status)


def problem(status: int, title: str, detail: str, kind: str = "about:blank", **extra: Any) -> Response:
    """Answer in the shape of v2."""
    return JSONResponse({"title": title, "detail": detail, "type": kind, "status": status, **extra}, status)


def unauthorized(version: ApiVersion, code: int, message: str) -> Response:
    """Refuse a token or signature: v1.1 says why, v2 says nothing."""
    return problem(401, "Unauthorized", "Unauthorized") if version == "v2" else coded(401, code, message)


def bad_credentials(version: ApiVersion) -> Response:
    """Refuse a signature, consumer key or nonce."""
    return unauthorized(version, 32, "Could not authenticate you.")


def bad_token(version: ApiVersion) -> Response:
    """Refuse a token that is unknown, expired, revoked, or another app's."""
    return unauthorized(version, 89, "Invalid or expired token.")


def malformed(version: ApiVersion) -> Response:
    """Refuse an `Authorization` header that is missing or cannot be read."""
    if version == "v2":
        return problem(401, "Unauthorized", "Unauthorized")
    return coded(400, 215, "Bad Authentication data.")


def out_of_bounds(now: float) -> Response:
    """Refuse a timestamp; the `Date` header tells the time it should have been."""
    answer = coded(401, 135, "Timestamp out of bounds.")
    answer.headers["date"] = formatdate(now, usegmt=True)
    return answer


def temporary_token() -> Response:
    """Answer with the token of RFC 5849 section 2.1, a form."""
    form = "oauth_token=SimTemporaryToken&oauth_token_secret=SimTemporarySecret&oauth_callback_confirmed=true"
    return Response(form, media_type="text/html")


def invalid_request(parameters: Mapping[str, list[str]], message: str) -> Response:
    """Refuse a parameter, or a value of one, that v2 does not know."""
    errors = [{"parameters": dict(parameters), "message": message}]
    detail = "One or more parameters to your request was invalid."
    return problem(400, "Invalid Request", detail, _OLD_PROBLEMS + "invalid-request", errors=errors)


def unsupported_authentication() -> Response:
    """Refuse an app-only bearer where a user's is needed."""
    return problem(
        403,
        "Unsupported Authentication",
        "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication "
        "types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
        _OLD_PROBLEMS + "unsupported-authentication",
    )


def client_forbidden(client_id: str) -> Response:
    """Refuse an app that is not enrolled; this problem alone names the app, and has no `status`."""
    body = {
        "client_id": client_id,
        "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a "
        "Twitter developer App that is attached to a Project. You can create a project via the developer portal.",
        "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
        "title": "Client Forbidden",
        "required_enrollment": "Appropriate Level of API Access",
        "reason": "client-not-enrolled",
        "type": _OLD_PROBLEMS + "client-forbidden",
    }
    return JSONResponse(body, 403)


def forbidden(version: ApiVersion) -> Response:
    """Refuse for want of a scope."""
    if version == "v2":
        return problem(403, "Forbidden", "Forbidden")
    return not_a_user(version)


def not_a_user(_: ApiVersion) -> Response:
    """Refuse credentials that are not a user's."""
    return coded(403, 220, "Your credentials do not allow access to this resource.")


def locked(version: ApiVersion) -> Response:
    """Refuse an account that is locked until its owner proves to be human.

    v2's words are reported; that they come in a problem without a type of its own is invented.
    """
    if version == "v2":
        detail = "Your account is temporarily locked. Please log in to https://twitter.com to unlock your account."
        return problem(403, "Forbidden", detail)
    message = (
        "To protect our users from spam and other malicious activity, this account is temporarily locked. "
        "Please log in to https://twitter.com to unlock your account."
    )
    bounce = "https://twitter.com/account/access"
    return coded(403, 326, message, sub_error_code=0, bounce_location=bounce)


def suspended(_: ApiVersion) -> Response:
    """Refuse a suspended account."""
    return coded(403, 64, "Your account is suspended and is not permitted to access this feature.")


def user_suspended(_: ApiVersion) -> Response:
    """Refuse a suspended user."""
    return coded(403, 63, "User has been suspended.")


def user_is_suspended(version: ApiVersion) -> Response:
    """Refuse the token of a suspended user, as v2 does; v1.1 has its code 63."""
    if version == "v1.1":
        return user_suspended(version)
    detail = "The user used for authentication is suspended"
    return problem(403, "Forbidden", detail, _OLD_PROBLEMS + "user-suspended")


def app_is_suspended(version: ApiVersion) -> Response:
    """Refuse a suspended app, as v2 does; its text is invented. v1.1 has its code 416."""
    if version == "v1.1":
        return app_suspended(version)
    return problem(403, "Forbidden", "The app is suspended", _OLD_PROBLEMS + "app-suspended")


def no_oauth1_permissions(_: ApiVersion) -> Response:
    """Refuse an app that is not set up for OAuth 1.0a."""
    detail = "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."
    return problem(403, "Forbidden", detail, _OLD_PROBLEMS + "oauth1-permissions")


def unlisted(version: ApiVersion) -> Response:
    """Refuse for a reason that X is not known to have: invented, for what a strategy makes of it."""
    if version == "v1.1":
        return coded(403, 9999, "Said for no reason.")
    return problem(403, "Forbidden", "Said for no reason.", _NEW_PROBLEMS + "said-for-no-reason")


def no_match(_: ApiVersion) -> Response:
    """Answer where no user matches."""
    return coded(404, 17, "No user matches for specified terms.")


def not_visible(version: ApiVersion) -> Response:
    """Refuse to show an account; v1.1 has nothing but its code for a suspended one."""
    if version == "v1.1":
        return suspended(version)
    detail = "Sorry, you are not authorized to see the user."
    return problem(403, "Authorization Error", detail, _NEW_PROBLEMS + "not-authorized-for-resource")


def not_permitted(_: ApiVersion) -> Response:
    """Refuse the app this call."""
    return coded(403, 87, "Client is not permitted to perform this action.")


def unverifiable(_: ApiVersion) -> Response:
    """Refuse the app's credentials."""
    return coded(403, 99, "Unable to verify your credentials.")


def retired(_: ApiVersion) -> Response:
    """Answer for an endpoint of the past."""
    return coded(410, 251, "This endpoint has been retired and should not be used.")


def bad_header(_: ApiVersion) -> Response:
    """Refuse an `Authorization` header, in the words of v1.1."""
    return coded(400, 215, "Bad Authentication data.")


def lost(_: ApiVersion) -> Response:
    """Answer for a path that v2 does not have: nothing at all."""
    return Response(status_code=404)


def internal_error(_: ApiVersion) -> Response:
    """Fail for no reason given."""
    return coded(500, 131, "Internal error")


def automated(_: ApiVersion) -> Response:
    """Refuse a request that looks like a robot's."""
    return coded(403, 226, "This request looks like it might be automated.")


def gone(version: ApiVersion) -> Response:
    """Answer for a deactivated account: in v2 a 200 without `data`."""
    if version == "v1.1":
        return coded(404, 50, "User not found.")
    error = {
        "title": "Not Found Error",
        "detail": "Could not find user.",
        "resource_type": "user",
        "parameter": "id",
        "type": _NEW_PROBLEMS + "resource-not-found",
    }
    return JSONResponse({"errors": [error]})


def no_access(_: ApiVersion) -> Response:
    """Refuse an app whose access level lacks the endpoint."""
    return coded(403, 453, "You currently have access to a subset of X API V2 endpoints and limited v1.1 endpoints.")


def app_suspended(_: ApiVersion) -> Response:
    """Refuse an app that X has suspended."""
    return coded(401, 416, "Invalid / suspended application")


def no_credits(_: ApiVersion) -> Response:
    """Refuse because the developer account is empty, whoever the user is."""
    detail = "Your enrolled account [1] does not have any credits to fulfill this request."
    body = {"title": "CreditsDepleted", "detail": detail, "type": _OLD_PROBLEMS + "credits"}
    return JSONResponse(body, 402)


def spend_cap(_: ApiVersion) -> Response:
    """Refuse because the developer account has spent what it allows itself."""
    body = {"title": "SpendCapReached", "detail": "Your enrolled account [1] has reached its billing cycle spend cap."}
    return JSONResponse(body, 402)


def usage_capped(_: ApiVersion) -> Response:
    """Refuse because of a monthly cap: a 429 that waiting minutes does not cure."""
    body = {
        "account_id": 1,
        "product_name": "standard-basic",
        "title": "UsageCapExceeded",
        "period": "Monthly",
        "scope": "Product",
        "detail": "Usage cap exceeded: Monthly product cap",
        "type": _OLD_PROBLEMS + "usage-capped",
    }
    return JSONResponse(body, 429)


def rate_limited(version: ApiVersion) -> Response:
    """Refuse a user who has used up the window."""
    if version == "v1.1":
        return coded(429, 88, "Rate limit exceeded")
    kind = _NEW_PROBLEMS + "rate-limit-exceeded"
    errors = [{"code": 88, "message": "Rate limit exceeded"}]
    return problem(429, "Too Many Requests", "Too Many Requests", kind, errors=errors)


def over_capacity(_: ApiVersion) -> Response:
    """Fail the way the API itself fails."""
    return coded(503, 130, "Over capacity")


def html_outage(_: ApiVersion) -> Response:
    """Fail the way the edge before the API fails."""
    return HTMLResponse("<!DOCTYPE html><title>X / Over capacity</title>", 503)


def nonsense(_: ApiVersion) -> Response:
    """Answer 200 with something nobody can read."""
    return HTMLResponse("<!DOCTYPE html><title>Just a moment...</title>")
