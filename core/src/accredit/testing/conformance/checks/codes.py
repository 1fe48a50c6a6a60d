"""Authorization codes: what binds one to the app that began the login."""

from accredit.testing.conformance.bench.bench import bench_for
from accredit.testing.conformance.bench.samples import accepted_samples, samples_of
from accredit.testing.conformance.suite import Suite, check, not_applicable, require
from accredit.testing.simulator.simulator import Sample

_ANOTHER_VERIFIER = "another-verifier-of-as-many-characters-as-it-needs"
_UNLISTED = "https://elsewhere.example/callback"


class Codes(Suite):
    """What comes with a code, and must be as it was when the login began."""

    @check
    async def test_a_code_is_good_with_its_own_verifier_and_redirect_uri_alone(self) -> None:
        """Another verifier is refused; without one, or for a strange URI, the provider is not even asked."""
        simulator, samples = samples_of(self)
        codes = [one for one in accepted_samples(samples) if one.field == "code"]
        if not codes:
            not_applicable("no sample is a code")
        async with bench_for(self, simulator=simulator) as bench:
            for sample in codes:
                await bench.accepted(sample.parameters, sample.name)
                asked = len(bench.calls)
                for name, sent in _incomplete(sample, supports_pkce=self.strategy.supports_pkce):
                    answer = await bench.post(sent)
                    require(answer.status == 400, f"status {answer.status} ({bench.reason}) for a code {name}")
                require(len(bench.calls) == asked, f"{sample.name}: a code that is not complete reached the provider")
                if "code_verifier" in sample.parameters:
                    other = {**sample.parameters, "code_verifier": _ANOTHER_VERIFIER}
                    await bench.refused(other, f"{sample.name} with another verifier")


def _incomplete(sample: Sample, *, supports_pkce: bool) -> list[tuple[str, dict[str, str]]]:
    sent = dict(sample.parameters)
    found = [("for a redirect URI that the settings do not have", {**sent, "redirect_uri": _UNLISTED})]
    if supports_pkce:
        without = {name: value for name, value in sent.items() if name != "code_verifier"}
        found.append(("without a verifier", without))
    return found
