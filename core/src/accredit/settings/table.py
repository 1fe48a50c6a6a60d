"""What every table of settings is."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of settings: frozen, without unknown names, and no value of it is quoted in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
