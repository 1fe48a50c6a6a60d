"""The playground of `accredit dev`: see what becomes of a token, and why.

`make` puts it together. `app` says who may ask, and what answers where; `desk` what can be done; `layout` and `pages/`
how it looks. `recorder` writes down each request to the exchange as a `recording`, among the latest `recordings`;
`hearing` is what is heard meanwhile, and `asked` what was sent: both say what may be kept. `stock` is what there is to
try at a provider, in `rows`, and `sender` sends it; `people` and `casting` know whose that is. `held` is what a client
holds of a session, `session_desk` what can be done with it, and `unlinked` what was. `snippets/` writes a request as a
program to copy.
"""
