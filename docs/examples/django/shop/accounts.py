"""Who the users of the shop are."""

from django.contrib.auth.models import User
from django.http import HttpRequest

from accredit import Identity
from accredit.contrib.django import UserAdapter


class ShopUsers(UserAdapter):
    def create(self, request: HttpRequest | None, identity: Identity) -> User:
        name = f"{identity.strategy}-{identity.user_id}"
        return User.objects.create_user(name, first_name=identity.profile.given_name or "")

    def claims(self, user: User) -> dict[str, bool]:
        return {"https://shop.example.com/staff": user.is_staff}
