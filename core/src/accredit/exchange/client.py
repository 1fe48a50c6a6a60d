"""The calling application, once it is known who it is."""

from dataclasses import dataclass, field

from accredit.settings import ClientSettings


@dataclass(frozen=True, slots=True)
class Client:
    """A client that is who it says it is, as far as its settings ask."""

    id: str
    settings: ClientSettings
    is_confidential: bool = field(init=False, repr=False, compare=False)
    """Its settings ask for a proof, and it has given one."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_confidential", self.settings.auth_method != "none")
