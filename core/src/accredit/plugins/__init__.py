"""Find the strategies that configured connections name, and refuse whatever is not exactly right.

Register, then dispatch by name: pluggy collects the classes at start-up, and from then on a frozen table answers who
serves a connection. A hook chain would let one plugin answer for another's connection.

`discovery` finds what is installed, `published` knows what could be, `enabled` loads what `[plugins]` names,
`registry` takes plugins and their strategies in, `registration` asks hooks what they bring, `signers` asks for keys,
and `strategy_class` says what a class must look like; `connections` makes each `connection` of a table and a class,
of which `accepted` and `addresses` decide whose tokens are let in and which hosts are called, and `namespaces` whose
user ids are whose. `hooks` calls plugins in a login and a refresh, `api_versions` asks them what their provider is
about to end.
"""

from accredit.plugins.connection import Connection
from accredit.plugins.connections import load_connections, reserved_namespaces
from accredit.plugins.discovery import GROUP, installed_entry_points, load_strategy_plugin
from accredit.plugins.registry import make_plugin_manager, strategies_of

__all__ = [
    "GROUP",
    "Connection",
    "installed_entry_points",
    "load_connections",
    "load_strategy_plugin",
    "make_plugin_manager",
    "reserved_namespaces",
    "strategies_of",
]
