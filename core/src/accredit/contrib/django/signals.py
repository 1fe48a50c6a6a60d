"""What has happened, as Django's signals: sent once it is committed, in the thread of whoever asked for it.

Each has the arguments `user` (None where there is none any more), `request` (None outside of one) and `event`, of
`accredit.audit.events`; the sender is the user model. A receiver that raises is logged, and changes nothing.
"""

from django.dispatch import Signal

logged_in = Signal()
"""Somebody has got tokens of ours for a provider's. `event` is an `ExchangeEvent`."""
login_failed = Signal()
"""Somebody has not. `event.reason` says why."""
refreshed = Signal()
"""A login goes on. `event` is a `RefreshEvent`."""
refresh_token_reused = Signal()
"""A refresh token is in two hands; its session has ended. `event` is a `ReuseEvent`."""
session_ended = Signal()
"""By logout, or by the project. `event.session_id` says which."""
identity_linked = Signal()
"""Another login is the user's now. `event` is a `LinkedEvent`."""
identity_unlinked = Signal()
"""One is not any more. `event` is an `UnlinkedEvent`."""
