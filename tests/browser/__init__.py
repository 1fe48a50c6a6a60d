"""Our pages in a real Chromium: `nox -s browser`, since that is no Python package.

`window` is the browser. `office` starts a server with its operator's page, which `checks` tests, and `booth` starts
`accredit dev`, whose page `playground` tests; `tickets` looks at the files of `accredit explain --html`. `pictures`
makes those of the documentation, and `shown` keeps what they show. `package.json` has axe-core, which finds what keeps
people from using a page.
"""
