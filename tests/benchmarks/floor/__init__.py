"""The floor: one exchange by hand, with the work that cannot be left out and nothing else.

Read the request, ask the provider both questions at once, check its answers, sign an access token and an ID
token, store a refresh token durably, answer. No framework, no plugins, no settings, no logs. What `accredit serve`
reaches is compared with this.
"""
