"""What every table of settings is."""

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

from accredit.settings.text import check_setting_text


class Table(BaseModel):
    """A table of settings: frozen, without unknown names, and no value of it is quoted in an error.

    Text that begins or ends with a blank, or holds a character that cannot be seen, is refused in every setting,
    secrets included; only keys in PEM may have lines.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @field_validator("*")
    @classmethod
    def _holds_clean_text(cls, value: object) -> object:
        if isinstance(value, str):
            check_setting_text(value)
        elif isinstance(value, SecretStr):
            check_setting_text(value.get_secret_value())
        return value
