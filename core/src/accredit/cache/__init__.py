"""What is kept for a short while, and may be lost at any moment.

`port`: what a cache of verifications does. `memory`: one in this process. `kept`: a bounded table whose entries end.
`redis/`: one that nodes share, with what else they share; `make` makes that, if the settings say so.
"""

from accredit.cache.kept import Kept
from accredit.cache.memory import MemoryCache
from accredit.cache.port import SharedCache, VerificationCache

__all__ = ["Kept", "MemoryCache", "SharedCache", "VerificationCache"]
