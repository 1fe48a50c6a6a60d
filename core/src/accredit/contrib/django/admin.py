"""The tables in Django's admin: to look at, and to log people out. Nothing can be typed in.

What a row means is decided by the exchange, which counts versions and tells plugins; a row that is changed by hand
would bypass that. So rows are changed by actions only. Hashes of refresh tokens and the claims of a profile are not
shown.
"""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from accredit.contrib.django.accounts import subject_of
from accredit.contrib.django.host import exchange
from accredit.contrib.django.models import Identity, RefreshToken, Session, Subject

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[RefreshToken, Session]
else:  # where they run they have no parameters
    _ModelAdmin, _TabularInline = admin.ModelAdmin, admin.TabularInline

__all__ = ["IdentityAdmin", "ReadOnlyAdmin", "RefreshTokenInline", "SessionAdmin", "SubjectAdmin", "log_out_everywhere"]


@admin.action(description="Log out everywhere", permissions=["change"])
def log_out_everywhere(site: "admin.ModelAdmin[Any]", request: HttpRequest, users: "QuerySet[Any]") -> None:
    """End every session of users: for the `actions` of your own `UserAdmin`."""
    _log_out(site, request, {subject_of(user) for user in users})


class ReadOnlyAdmin(_ModelAdmin):
    """Rows to look at. Who may `change` them may run the actions, and still change nothing by hand."""

    list_per_page = 50
    show_full_result_count = False
    """The tables are large."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody may."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let rows go along with their user, for which Django asks row by row. By themselves they are not deleted."""
        return obj is not None

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse filters by what is not shown: by many of them, letter for letter, it could be guessed."""
        return lookup.partition("__")[0] not in (self.exclude or ()) and super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Return all fields that are shown."""
        hidden = self.exclude or ()
        return [field.name for field in self.opts.fields if field.name not in hidden]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one row, without buttons; refuse what is sent to change it."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        buttons = ("show_save", "show_save_and_continue", "show_save_and_add_another", "show_delete")
        context = {**(extra_context or {}), **dict.fromkeys(buttons, False)}
        return super().change_view(request, object_id, form_url, context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse: a row that is gone would be forgotten, a block or an unlinking too."""
        raise PermissionDenied


class RefreshTokenInline(_TabularInline):
    """The refresh tokens of a session, without their hashes."""

    model = RefreshToken
    fields = readonly_fields = ("issued", "replaced", "successors")
    extra = 0
    can_delete = False

    @admin.display(description="issued")
    def issued(self, token: RefreshToken) -> str:
        """Return when it was issued."""
        return _time(token.issued_at)

    @admin.display(description="replaced")
    def replaced(self, token: RefreshToken) -> str:
        """Return when it was replaced."""
        return _time(token.replaced_at)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Who is logged in, from where and until when."""

    list_display = ("subject", "client_id", "connection", "device", "began", "ends", "ended")
    list_filter = ("ended", "connection", "client_id")
    search_fields = ("=subject", "=sid", "=provider_user_id")
    ordering = ("-auth_time",)
    exclude = ("claims",)
    inlines = (RefreshTokenInline,)
    actions = ("end_sessions", "log_out")

    @admin.display(description="began", ordering="auth_time")
    def began(self, session: Session) -> str:
        """Return when its user has logged in."""
        return _time(session.auth_time)

    @admin.display(description="ends", ordering="expires_at")
    def ends(self, session: Session) -> str:
        """Return when it ends by itself."""
        return _time(session.expires_at)

    @admin.action(description="End selected sessions", permissions=["change"])
    def end_sessions(self, request: HttpRequest, sessions: "QuerySet[Session]") -> None:
        """End them: their access tokens and refresh tokens are good for nothing any more."""
        known = exchange().subjects
        ended = sum(known.end_session(sid) for sid in list(sessions.values_list("sid", flat=True)))
        self.message_user(request, ngettext("%d session ended.", "%d sessions ended.", ended) % ended)

    @admin.action(description="Log the users of selected sessions out everywhere", permissions=["change"])
    def log_out(self, request: HttpRequest, sessions: "QuerySet[Session]") -> None:
        """End all sessions of their users."""
        _log_out(self, request, set(sessions.values_list("subject", flat=True)))


@admin.register(Identity)
class IdentityAdmin(ReadOnlyAdmin):
    """Which person at a provider is which user."""

    list_display = ("namespace", "provider_user_id", "subject", "linked", "unlinked")
    list_filter = ("unlinked", "namespace")
    search_fields = ("=subject", "=provider_user_id")
    actions = ("unlink", "log_out")

    @admin.display(description="linked", ordering="linked_at")
    def linked(self, identity: Identity) -> str:
        """Return when it was linked."""
        return _time(identity.linked_at)

    @admin.action(description="Unlink selected identities", permissions=["change"])
    def unlink(self, request: HttpRequest, identities: "QuerySet[Identity]") -> None:
        """Take them off their users: they log in nobody until they are linked again, and their sessions end."""
        rows = list(identities.values_list("namespace", "provider_user_id"))
        for namespace, user_id in rows:
            exchange().subjects.unlink(namespace, user_id)
        self.message_user(request, ngettext("%d identity unlinked.", "%d identities unlinked.", len(rows)) % len(rows))

    @admin.action(description="Log the users of selected identities out everywhere", permissions=["change"])
    def log_out(self, request: HttpRequest, identities: "QuerySet[Identity]") -> None:
        """End all sessions of their users."""
        _log_out(self, request, set(identities.values_list("subject", flat=True)))


@admin.register(Subject)
class SubjectAdmin(ReadOnlyAdmin):
    """Whom nobody may be logged in as, and what else is remembered of a user."""

    list_display = ("subject", "blocked", "created")
    list_filter = ("blocked",)
    search_fields = ("=subject",)
    actions = ("block", "unblock", "log_out")

    @admin.display(description="created", ordering="created_at")
    def created(self, subject: Subject) -> str:
        """Return when it was first stored."""
        return _time(subject.created_at)

    @admin.action(description="Block selected subjects, and log them out everywhere", permissions=["change"])
    def block(self, request: HttpRequest, subjects: "QuerySet[Subject]") -> None:
        """Refuse their logins, and end their sessions."""
        self._each(request, subjects, exchange().subjects.block, "%d blocked.")

    @admin.action(description="Let selected subjects log in again", permissions=["change"])
    def unblock(self, request: HttpRequest, subjects: "QuerySet[Subject]") -> None:
        """Let them log in again."""
        self._each(request, subjects, exchange().subjects.unblock, "%d may log in again.")

    @admin.action(description="Log selected subjects out everywhere", permissions=["change"])
    def log_out(self, request: HttpRequest, subjects: "QuerySet[Subject]") -> None:
        """End all their sessions."""
        _log_out(self, request, set(subjects.values_list("subject", flat=True)))

    def _each(self, request: HttpRequest, subjects: "QuerySet[Subject]", act: Callable[[str], None], told: str) -> None:
        names = list(subjects.values_list("subject", flat=True))
        for name in names:
            act(name)
        self.message_user(request, told % len(names))


def _log_out(site: "admin.ModelAdmin[Any]", request: HttpRequest, subjects: set[str]) -> None:
    ended = sum(exchange().subjects.end_sessions(subject) for subject in sorted(subjects))
    told = ngettext("%d user logged out everywhere", "%d users logged out everywhere", len(subjects)) % len(subjects)
    count = ngettext("%d session ended", "%d sessions ended", ended) % ended
    site.message_user(request, f"{told}: {count}.", messages.SUCCESS)


def _time(epoch: int | None) -> str:
    return "-" if epoch is None else dt.datetime.fromtimestamp(epoch, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
