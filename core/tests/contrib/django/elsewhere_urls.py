"""URLs of a project that has forgotten ours."""

from typing import Any

urlpatterns: list[Any] = []
