"""The calling application, once it is known who it is."""

from dataclasses import dataclass

from accredit.settings import ClientSettings


@dataclass(frozen=True, slots=True)
class Client:
    """A client that is who it says it is, as far as its settings ask."""

    id: str
    settings: ClientSettings

    @property
    def is_confidential(self) -> bool:
        """Its settings ask for a proof, and it has given one."""
        return self.settings.auth_method != "none"
