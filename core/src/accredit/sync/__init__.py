"""The blocking doors: an exchange for programs without an event loop, such as those that WSGI servers run.

`exchange` is the door that hosts know, `subjects` a part of it, `wire` what it answers over HTTP; `served` is what
stands behind it. `door` opens that once in each process, in the `loop_thread`; `call` is one call of it, `waiting` how
its caller waits, also where threads are `greenlets`.
"""

from accredit._caller import Runner, run_in_caller
from accredit.oauth.wire.answer import Answer
from accredit.sync.exchange import Exchange
from accredit.sync.subjects import Subjects

__all__ = ["Answer", "Exchange", "Runner", "Subjects", "run_in_caller"]
