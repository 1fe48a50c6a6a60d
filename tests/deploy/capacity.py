"""The picture of the capacity guide, from its script: `python -m tests.deploy.capacity` writes it anew."""

import importlib.util
from types import ModuleType

from tests.benchmarks.plots.lines import Line, lines
from tests.documents.blocks import ROOT

SCRIPT = ROOT / "docs/examples/capacity/capacity.py"
PICTURE = ROOT / "docs/static/capacity.svg"
LOGINS = [10_000 * 10**power * factor for power in range(3) for factor in (1, 3)] + [10_000_000]
"""An hour. The last is that of 100 million a day."""


def script() -> ModuleType:
    """Return the script of the guide, which stands in no package."""
    spec = importlib.util.spec_from_file_location("capacity", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def picture() -> str:
    """Return the nodes that logins take, where a provider is slow or fast, and sessions are refreshed or not."""
    it = script()
    kinds = {
        "a call takes 1 s": (10.0, 1000.0),
        "a call takes 150 ms": (10.0, 150.0),
        "150 ms, no refresh": (0.0, 150.0),
    }

    def nodes(logins: int, refreshes: float, latency_ms: float) -> float:
        demand = it.Demand(logins_per_hour=logins, refreshes_per_login=refreshes)
        plan = it.plan(demand, it.Provider(latency_ms=latency_ms), it.Costs(), it.Deployment())
        return float(max(plan.nodes_for.values()))

    drawn = [
        Line(name, colour, [(logins, nodes(logins, *kind)) for logins in LOGINS])
        for (name, kind), colour in zip(kinds.items(), ("peer-0", "ours-0", "peer-1"), strict=True)
    ]
    title = "Nodes of two processors that logins take, with ten refreshes each"
    return lines(drawn, title=title, unit="nodes", along="logins in the busiest hour", shown=_short)


def _short(logins: int) -> str:
    return f"{logins // 1_000_000} M" if logins >= 1_000_000 else f"{logins // 1_000} k"


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
