"""The playground of `accredit dev`: see what becomes of a token, and why.

`make` puts it together. `app` says who may ask, and what answers where; `desk` what can be done; `layout` and `pages/`
how it looks. `recorder` writes down each request to the exchange as a `recording`, among the latest `recordings`;
`hearing` is what is heard meanwhile, and `asked` what was sent: both say what may be kept. `stock` is what there is to
try at a provider, in `rows`, `casting` says whose that is, and `sender` sends it. `held` is what a client holds of a
session, and `session_desk` what can be done with it. `snippets/` writes a request as a program to copy.
"""
