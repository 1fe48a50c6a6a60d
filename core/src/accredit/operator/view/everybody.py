"""What the page shows: of this process, or of all workers."""

from accredit.operator.view.board import Board
from accredit.operator.view.snapshot import Snapshot
from accredit.operator.view.together import together
from accredit.operator.view.view import View


class Everybody:
    """The `view` of this process; with a `board`, that of worker `number` among others."""

    def __init__(self, view: View, *, board: Board | None = None, number: int = 0) -> None:
        self._view = view
        self._board = board
        self._number = number

    def publish(self) -> None:
        """Let the others see how things stand here: to be called once a second. Costs about a millisecond."""
        if self._board is not None:
            now = self._view.snapshot()
            if not self._board.write(self._number, now.to_bytes()):
                self._board.write(self._number, now.briefly().to_bytes())

    def snapshot(self) -> Snapshot:
        """Return everything as it is now; of other workers, as it was when they have published last."""
        here = self._view.snapshot()
        if self._board is None:
            return here
        others = (self._board.read(number) for number in range(1, self._board.workers + 1) if number != self._number)
        found = [here, *(Snapshot.of_bytes(written) for written in others if written)]
        return together(sorted(found, key=lambda one: one.workers[0].number))
