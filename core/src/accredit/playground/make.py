"""Put the playground together."""

from accredit.playground.app import Playground
from accredit.playground.desk import Desk
from accredit.playground.recorder import App, Recorder
from accredit.sandbox.sandbox import Sandbox


def playground(recorder: Recorder, sandbox: Sandbox, app: App) -> App:
    """Return `app`, the exchange of a sandbox that has `recorder` for a plugin, with the playground in front of it."""
    recorder.clock = sandbox.clock.time
    recorder.listen(sandbox.exchange)
    return Playground(Desk(sandbox, recorder)).around(recorder.around(app))
