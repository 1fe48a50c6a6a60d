"""Accredit's storage in Django's database, by the ORM: in the thread, the connection and the transaction of the view.

`storage` has the port. `sessions`, `subjects` and `used_once` are what it does, as functions that run within one
transaction; `tables` says in which models, and `locks` lets what happens to one user or identity happen in turn.
"""

from accredit.contrib.django.storage.storage import DjangoStorage
from accredit.contrib.django.storage.tables import Tables

__all__ = ["DjangoStorage", "Tables"]
