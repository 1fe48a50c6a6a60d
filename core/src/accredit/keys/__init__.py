"""Our signing keys: made on first start, kept in one private file, replaced without a restart.

`stored` says which key does what, `file` has the disk, `ring` notices changes in a running process, `signer` is for
keys that live elsewhere, and `signing` is what the rest of Accredit sees of all that. `jose` knows
joserfc, and `signatures` the cryptography below it.
"""

from accredit.keys.file import KeyFile
from accredit.keys.jose import assemble
from accredit.keys.ring import KeyRing
from accredit.keys.signer import ExternalKey, Signer, sign
from accredit.keys.signing import SigningKeys

__all__ = ["ExternalKey", "KeyFile", "KeyRing", "Signer", "SigningKeys", "assemble", "sign"]
