"""Our signing keys: made on first start, kept where nobody else can read them, replaced without a restart.

`stored` says which key does what; `file` has the disk, `in_storage` the database of many nodes, and `published` what
others sign with: each is a `place`. `ring` notices changes in a running process, `signer` is for keys that live
elsewhere, and `signing` is what the rest of Accredit sees of all that. `jose` knows joserfc, and `signatures` the
cryptography below it.
"""

from accredit.keys.file import KeyFile
from accredit.keys.in_storage import KeysInStorage, key_store
from accredit.keys.jose import assemble
from accredit.keys.place import InFile, KeyPlace
from accredit.keys.published import PublishedKeys
from accredit.keys.ring import KeyRing
from accredit.keys.signer import ExternalKey, Signer, sign
from accredit.keys.signing import OurKey, SigningKeys

__all__ = [
    "ExternalKey",
    "InFile",
    "KeyFile",
    "KeyPlace",
    "KeyRing",
    "KeysInStorage",
    "OurKey",
    "PublishedKeys",
    "Signer",
    "SigningKeys",
    "assemble",
    "key_store",
    "sign",
]
