"""What every model of the client is: frozen, and patient with members that a newer server adds."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Something that the API showed."""

    model_config = ConfigDict(frozen=True, extra="ignore")
