"""The operator's page in a real Chromium: `nox -s browser`, since that is no Python package.

`office` starts the server and the browser, and `checks` are the tests. `package.json` has axe-core, which finds what
keeps people from using a page.
"""
