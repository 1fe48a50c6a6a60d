"""The operator's page: what happens at this moment, and the sessions of a subject, for who has the token.

`make` puts it together for `accredit serve`. `app` decides who may ask: by which name a browser comes, by its
`sessions`, in a room (`rooms`) of its own, by `attempts` with the token. The `desk` does what operators ask for, and
`pages/` show it, made of what is in `accredit.web`, in the `layout` of all, with the files of `static/`. What there is
to show is gathered in `view/`.

It holds nothing where it is off, and is imported by nobody then.
"""

from accredit.operator.make import make_page
from accredit.operator.view.board import Board
from accredit.operator.view.everybody import Everybody
from accredit.operator.view.view import View

__all__ = ["Board", "Everybody", "View", "make_page"]
