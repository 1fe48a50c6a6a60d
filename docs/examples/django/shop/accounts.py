"""Who the users of the shop are."""

from django.contrib.auth.models import User
from django.http import HttpRequest

from accredit import Identity
from accredit.contrib.django import UserAdapter


class ShopUsers(UserAdapter):
    """What is different from the users that Accredit makes by itself."""

    def create(self, request: HttpRequest | None, identity: Identity) -> User:
        """Make a user of somebody who has not been here."""
        name = f"{identity.strategy}-{identity.user_id}"
        return User.objects.create_user(name, first_name=identity.profile.given_name or "")

    def claims(self, user: User) -> dict[str, bool]:
        """Tell in the tokens who is staff."""
        return {"https://shop.example.com/staff": user.is_staff}
