"""Economic consequences: unit inputs and assumption tables, participation, retention, indices, equity."""

from .nation import PACKAGES, nation_inputs
from .response_table import responses

__all__ = ["PACKAGES", "nation_inputs", "responses"]
