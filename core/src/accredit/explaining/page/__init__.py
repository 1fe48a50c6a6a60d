"""The HTML of one login: what came of it, and every step of the way there.

`way` shows a `Report`, and what else is known, by the other files, of which each is one part: `verdict` (what came of
it, in words, with the `story` of whose token it is), `request` (what the client sent), `checks`, `calls` (to the
provider), `audience` (for which app the token was made), `profile`, `tokens` (decoded, side by side), `event` (as it
was logged) and `answer` (what the client sees). They need the style of `accredit.web` and, after it, `way.css`; `file`
has both in it, and stands alone. `prose` sets what `accredit.explaining.words` says, `values` are the values of JSON as
text, with secrets shortened, `jwt` is what stands in a token, and `share` a part of the time.
"""
