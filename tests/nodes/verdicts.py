"""What people may see, and what must be so afterwards."""

from tests.nodes.scenarios import Trial
from tests.nodes.site import Site
from tests.nodes.visitor import Verifier

GOOD = {"login 200", "refresh 200"}
REFUSED = {"login 503", "refresh 503"}
LOST = {"login lost", "refresh lost"}
"""Sent to a node that did not answer any more."""


async def assert_nothing_is_lost_or_doubled(site: Site, trial: Trial) -> None:
    """Compare with the database what people were given; their last tokens were used once more, at the end."""
    verdict = await site.verdict(trial.people)
    assert verdict.lost == []
    assert verdict.doubled == []
    verifier = Verifier(site)
    for access_token in trial.people.access_tokens:
        await verifier.verify(access_token)
    # Meanwhile a provider did not answer: that was its own users' trouble.
    assert set(trial.people.outcomes) - trial.kinds <= {"hanging 503", "hanging lost"}
