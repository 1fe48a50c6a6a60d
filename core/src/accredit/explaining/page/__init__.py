"""The HTML of one login: what came of it, and every step of the way there.

`way` shows a `Report`, and what else is known, by the other files, of which each is one part: `verdict` (what came of
it, in the words of `telling`, with the `story` of whose token it is), `audience` (for which app the token was made),
`answer` (what the app sees), `request` (what it sent), `checks`, `calls` (to the provider), `profile`, `tokens`
(decoded, side by side) and `event` (as it was logged). A `cast` has the names that only a sandbox knows. They need the
style of `accredit.web` and, after it, `way.css`; `file` has both in it, and stands alone. `prose` sets what
`accredit.explaining.words` says, `values` are the values of JSON as text, with secrets shortened, `jwt` is what stands
in a token, and `share` a part of the time.
"""
