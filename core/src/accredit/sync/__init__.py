"""The blocking doors: an exchange for programs without an event loop, such as those that WSGI servers run.

`exchange` and `verifier` are the doors that hosts know, `subjects` is a part of the first, `wire` what it answers over
HTTP; `served` is what stands behind it. `door` opens that once in each process, in the `loop` of the `loop_thread`;
`call` is one call of it, `waiting` how its caller waits, also where threads are `greenlets`, and `work` what it is
given to do meanwhile.
"""

from accredit._caller import Runner, run_in_caller
from accredit.oauth.wire.answer import Answer
from accredit.sync.exchange import Exchange
from accredit.sync.subjects import Subjects
from accredit.sync.verifier import Verifier

__all__ = ["Answer", "Exchange", "Runner", "Subjects", "Verifier", "run_in_caller"]
