"""What an operator says about the apps of one team at Apple."""

from typing import NamedTuple, Self

from pydantic import Field, SecretStr, model_validator

from accredit.settings import AppId, CodeSettings, EcPrivateKey, HttpsUrl, ListOf


class SigningAs(NamedTuple):
    """What a client secret is made with."""

    team_id: str
    key_id: str
    private_key: SecretStr


class AppleSettings(CodeSettings):
    """Apps of one team of Apple's developer program, with the capability "Sign in with Apple"."""

    client_ids: ListOf[AppId] = Field(min_length=1)
    """Bundle ids of native apps, and Services IDs of web and Android. Tokens of any other id are refused."""
    team_id: AppId | None = None
    """The team's id. With `key_id` and `private_key` it is what codes, revoking and `accredit doctor` need."""
    key_id: AppId | None = None
    """The id of the key for Sign in with Apple."""
    private_key: EcPrivateKey | None = None
    """That key, as downloaded (`AuthKey_….p8`): in PEM, or the path of the file."""
    token_url: HttpsUrl = "https://appleid.apple.com/auth/token"  # noqa: S105  # an address, no password
    revoke_url: HttpsUrl = "https://appleid.apple.com/auth/revoke"
    jwks_url: HttpsUrl = "https://appleid.apple.com/auth/keys"

    @model_validator(mode="after")
    def _key_is_whole(self) -> Self:
        if len({self.team_id is None, self.key_id is None, self.private_key is None}) > 1:
            raise ValueError("team_id, key_id and private_key go together: set all three, or none")
        return self

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our bundle ids and Services IDs, compared exactly."""
        return frozenset(self.client_ids)

    @property
    def signing_as(self) -> SigningAs | None:
        """What a client secret is made with; None where the operator has set no key."""
        if self.team_id is None or self.key_id is None or self.private_key is None:
            return None
        return SigningAs(self.team_id, self.key_id, self.private_key)
