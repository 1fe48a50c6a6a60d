"""Write `docs/reference/answers`: requests to `POST /oauth/access_token`, and the answers of a run over real HTTP.

::

    python -m docs.answers

runs every simulator of our plugins and an exchange for them, sends each request, and writes what came. What differs in
each run is fixed by a clock, or replaced by a marked word: `marks` says what, and nothing else may differ. A test does
the same and compares.

`house` is what runs, `wire` a request and what came of it, `logins` and `refusals` what is asked, `contract` the table
of errors in `docs/reference/contract.md`, each row of which leads to a refusal here, and `page` makes Markdown.
"""
