"""What the errors of the Graph API mean, one table for each place where they are said.

The HTTP status decides nothing but 5xx: the same code comes with 400 and with 401. What decides is whom an error is
about. At the top level of `debug_token` it is about the caller, and the caller is our app: code 190 there means that
*our* credentials are wrong. Inside `data`, and from `/me`, it is about the token that we were handed.

A key is a code, a code with its subcode (`190/463`), or a code with words of its text, in small letters, where nothing
but the text tells two meanings apart (`200 provide valid app id`). The narrowest that fits counts.
"""

from collections.abc import Mapping

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    WrongAudience,
)
from accredit.refusals import Line
from accredit_facebook.refusals.sources import (
    AD_ERRORS,
    ANDROID_SDK,
    APP_STATES,
    ERRORS,
    INSPECTION,
    LIMITS,
    report,
)

Table = Mapping[int | str, Line]

DEBUG_ONLY = "debug only access token"
"""What code 190 says of a session-info token, which opens nothing and can only be inspected.

Source: the recorded answers of the crate facebook-access-token-api (bk-rs), `debug_only_access_token.json`.
"""

BLOCKED = "200 api access blocked"
"""What is said of a blocked app and of a blocked account in the same words: public reports of 2026 know both.

It is listed where we ask as our app. Elsewhere it may be either, and the line of code 200 must not be taken for it.
"""

_THROTTLING: Table = {
    4: Line(ProviderQuotaExhausted, f"{ERRORS} (API Too Many Calls) and {AD_ERRORS} (application request limit)"),
    9: Line(ProviderRateLimited, f"{ANDROID_SDK}: EC_RATE, transient"),
    17: Line(ProviderRateLimited, f"{ERRORS} (API User Too Many Calls)"),
    32: Line(ProviderRateLimited, f"{LIMITS} (page request limit)"),
    # Named "application limit" here and "too many user actions" there: the usage header says whose it was.
    341: Line(ProviderRateLimited, f"{ERRORS} (Application limit reached), {ANDROID_SDK}: user actions"),
    613: Line(ProviderRateLimited, f"{LIMITS} (a custom limit)"),
    **dict.fromkeys(
        (80_000, 80_001, 80_002, 80_003, 80_004, 80_005, 80_006, 80_008, 80_009, 80_014),
        Line(ProviderRateLimited, f"{LIMITS} (Business Use Case limits)"),
    ),
}

_OUTAGES: Table = {
    1: Line(ProviderUnavailable, f"{ERRORS} (API Unknown)"),
    2: Line(ProviderUnavailable, f"{ERRORS} (API Service)"),
}

_OUR_APP: Table = {
    3: Line(ProviderMisconfigured, f"{ERRORS} (API Method: the app lacks a capability)"),
    5: Line(ProviderMisconfigured, report("arsduo/koala#607", "our server's address is not on the app's allow list")),
    101: Line(ProviderMisconfigured, report("metacpan/metacpan-web#2076", "the app was deleted, or its id is wrong")),
    104: Line(ProviderMisconfigured, report("arsduo/koala#426", "we sent no token; a proxy may take the header off")),
    2635: Line(ProviderMisconfigured, report("facebook/facebook-python-business-sdk#356", "the version is dead")),
    "100 appsecret_proof": Line(
        ProviderMisconfigured, report("node-facebook/facebook-node-sdk#111", "the app secret is another app's")
    ),
    "100 you must provide an app access token": Line(
        ProviderMisconfigured, report("EddyVerbruggen/nativescript-plugin-firebase#746", "what we ask with is none")
    ),
    # Permissions have the same code, which is why these are told by their words.
    "200 api access deactivated": Line(
        ProviderMisconfigured, f"{APP_STATES} (an inactive app is to be restored there)"
    ),
    "200 provide valid app id": Line(
        ProviderMisconfigured, "public reports: a call that shows no app, or one whose version the app may not use"
    ),
    "200 non-active apps": Line(
        ProviderMisconfigured, report("simmatrix/facebook-leads-google-sheets-integration#2", "the app is not active")
    ),
}

_OUR_CALL: Table = {
    100: Line(ProviderProtocolError, f"{AD_ERRORS} (Invalid parameter)"),
    2500: Line(ProviderProtocolError, report("arsduo/koala#611", "unknown path: the version does not exist")),
}

_TOKEN: Table = {
    102: Line(InvalidProviderToken, f"{ERRORS} (API Session)"),
    190: Line(InvalidProviderToken, f"{ERRORS} (Access token has expired)"),
    412: Line(InvalidProviderToken, f"{ANDROID_SDK}: EC_APP_NOT_INSTALLED, to be cured by a new login"),
}

_SUBCODES: Mapping[int, Line] = {
    458: Line(InvalidProviderToken, f"{ERRORS} (App Not Installed: the person removed it)"),
    459: Line(ProviderUserBlocked, f"{ERRORS} (User Checkpointed)"),
    460: Line(InvalidProviderToken, f"{ERRORS} (Password Changed)"),
    463: Line(InvalidProviderToken, f"{ERRORS} (Expired)"),
    464: Line(ProviderUserBlocked, f"{ERRORS} (Unconfirmed User)"),
    467: Line(InvalidProviderToken, f"{ERRORS} (Invalid access token)"),
    490: Line(ProviderUserBlocked, report("facebook/facebook-python-business-sdk#525", "a blocking checkpoint")),
    492: Line(InvalidProviderToken, f"{ERRORS} (Invalid Session)"),
    # The Android SDK calls it "app inactive": inactive is the person, in this app.
    493: Line(InvalidProviderToken, report("MrSwitch/hello.js#548", "the person has not used the app for 90 days")),
}

_PERSON: Table = {
    **_TOKEN,
    # "If a subcode is present, see the subcode." Both codes have the same ones.
    **{f"{code}/{subcode}": line for code in (102, 190) for subcode, line in _SUBCODES.items()},
    10: Line(MissingPermission, f"{ERRORS} (API Permission Denied)"),
    **dict.fromkeys(range(200, 300), Line(MissingPermission, f"{ERRORS} (API Permission)")),
    368: Line(ProviderUserBlocked, f"{ERRORS} (Temporarily blocked for policies violations)"),
}

_FOREIGN: Table = {
    "100 did not match the viewing app": Line(
        WrongAudience, report("facebook/facebook-sdk-for-unity#551", "the token was minted for another app")
    )
}

_COMMON: Table = {**_THROTTLING, **_OUTAGES, **_OUR_APP, **_FOREIGN}

BY_DEBUG_TOKEN: Table = {
    **_COMMON,
    **_OUR_CALL,
    BLOCKED: Line(ProviderMisconfigured, "public reports of 2026: every call of one app, this one too, is refused so"),
    # The same words, about the token that *we* ask with. Firebase shows 190 for a wrong secret.
    **{
        code: Line(ProviderMisconfigured, f"{line.source}, said of our own token (firebase/firebase-ios-sdk#2262)")
        for code, line in _PERSON.items()
        if isinstance(code, int)
    },
}
"""Errors at the top level of `debug_token`: they are about us, the caller."""

OF_TOKEN: Table = {
    **_COMMON,
    **_PERSON,
    # We made no such call, and ours was understood.
    **dict.fromkeys(_OUR_CALL, Line(InvalidProviderToken, f"{INSPECTION} (`error`: due to the access token)")),
}
"""Errors inside `data` of `debug_token`: what any call with this token would be told."""

BY_EXCHANGE: Table = {
    **_THROTTLING,
    **_OUTAGES,
    **_OUR_APP,
    2500: _OUR_CALL[2500],
    "1 client secret": Line(ProviderMisconfigured, "public code that tells a wrong app secret by these words"),
    "1 code_verifier": Line(
        InvalidProviderToken, report("better-auth/better-auth#186", "a verifier for a login that had no challenge")
    ),
    "1 code verifier": Line(InvalidProviderToken, report("expo/expo#15980", "no verifier, or not the login's")),
    "100 code has been used": Line(InvalidProviderToken, report("laravel/socialite#385", "the code was used before")),
    "100 code has expired": Line(InvalidProviderToken, report("SammyK/LaravelFacebookSdk#141", "the code has expired")),
    # The dialog takes registered URIs alone, so here it is another one than the dialog's.
    "100 redirect_uri is identical": Line(
        InvalidProviderToken, report("freizl/hoauth2#19", "the redirect URI is not that of the code")
    ),
    "100 verification code format": Line(InvalidProviderToken, report("ngrx/store#160", "it is no code at all")),
    **{
        f"100/{subcode}": Line(InvalidProviderToken, f"public code that knows {subcode}: {shows}")
        for subcode, shows in ((36008, "another redirect URI"), (36009, "used"))
    },
}
"""Errors of the exchange, which hears our id and secret, a listed redirect URI, and what a client calls a code.

Another code 100 is not listed: it may be our call, or whatever came as a code.
"""

REMOVED = (190, 458)
"""Code and subcode of a person who has removed the app. Source: the line of 458 in `_SUBCODES`."""

BY_REVOCATION: Table = {
    **_THROTTLING,
    **_OUTAGES,
    **_OUR_APP,
    BLOCKED: BY_DEBUG_TOKEN[BLOCKED],
    190: BY_DEBUG_TOKEN[190],
    2500: _OUR_CALL[2500],
}
"""Errors of the call that takes back what a user has granted, which hears our own token and the user's id.

Code 100 is not listed: nobody says what it means of a user of ours.
"""

BY_ME: Table = {
    **_COMMON,
    **_PERSON,
    **_OUR_CALL,
    "100/33": Line(InvalidProviderToken, report("restfb/restfb#1075", "'me' cannot be loaded with this token")),
    "100 on node type (page)": Line(
        InvalidProviderToken, "github.com/go-social/social, errors of Facebook: 'me' is a page, which has no e-mail"
    ),
    "2500 an active access token must be used": Line(
        InvalidProviderToken, report("node-facebook/facebook-node-sdk#149", "the token has no current user")
    ),
}
"""Errors of `/me`: they are about the token, which `debug_token` has called valid and ours."""
