"""What each check asks, what each proof of audience is, and who said whose token it is: one sentence each."""

from collections.abc import Mapping

from accredit.audience import AppBound, CodeExchanged, JwtAudience, SignedByUs, Unbound

CHECKS: Mapping[str, str] = {
    "parse": "Can the request be read?",
    "authenticate_client": "Which app asks? Where that app has a secret, is it really that app?",
    "find_connection": "Is there such a way to log in?",
    "allow_connection": "May this app use it?",
    "check_bearer": "Only where the operator demands a token of ours with each login: is it a good one?",
    "check_main_token": "Only where an account is to be added to a user: is that user logged in now?",
    "grant_scopes": "Which permissions does the app get, of those that it asks for?",
    "grant_audience": "Our own token is for a service of yours, its audience: may the app ask for that one?",
    "check_limits": "Has this app, or the address it asks from, asked or failed too often?",
    "check_nonce": "Only where we made a nonce, a number for one login: does it come back with this one?",
    "verify": "What does the provider say: is the token good, and whose is it?",
    "check_audience": "Was this token made for your app?",
    "check_user_hint": "Only where the app named a user: is it the user of the token?",
    "normalize": "What does the provider say of the user, in the words that all apps know?",
    "resolve_subject": "Which of our users is it, or is it a new one?",
    "check_subject_limit": "Does this user log in too often?",
    "authorize": "Do the operator's own rules let this user in?",
    "claims": "Do the operator's own rules add something to our tokens?",
    "build_claims": "What will our tokens say?",
    "sign_tokens": "Our tokens are signed, so that nobody can change them.",
    "confirm_subject": "Just before the end: may this user still be here?",
    "use_up": "Is what is good only once shown for the first time?",
    "link_with_plugins": "Do plugins agree that this account is added to the user?",
    "link": "Is it stored whose account this is now?",
    "issue": "Is the session stored? Only then our tokens leave.",
    "check_given": "Can what the program around Accredit has handed in be read?",
    "check_identity": "Does the user that it names come from this connection?",
    "find_refresh_token": "Do we know this refresh token?",
    "check_refresh_token": "Is it this app's, still good, and not used before?",
    "rotate": "The old refresh token is used up, and a new one takes its place.",
    "respond": "Can the answer be written?",
}
"""By the names that events give to checks, those of logins and of refreshes."""

PROOFS: Mapping[str, str] = {
    AppBound.__name__: "The provider names the app that the token was made for.",
    JwtAudience.__name__: "A token that the provider has signed, or the provider when it is asked, lists the apps "
    "that it was made for (`aud`).",
    SignedByUs.__name__: "The provider takes the token only together with the signature of the app that it was made "
    "for. It has taken ours.",
    CodeExchanged.__name__: "The provider gives a token for a code only to the app that the code was made for. It has "
    "given us one.",
    Unbound.__name__: "The provider does not say for which app the token was made: it may be any app's.",
}
"""How it is known for which app a token was made, by the names that events give to proofs."""

VERIFIED_BY: Mapping[str, str] = {
    "provider": "This login has found out itself: it asked the provider, or checked what the provider has signed.",
    "flight": "Another login of the same moment was asking about the same token: its answer counts for both.",
    "cache": "The provider was asked about this token a moment ago, and what it said still counts.",
}
"""Who said whose token it is, by the words of events."""
