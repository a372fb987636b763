"""The pages of the roll room."""

from intranet.roll.views import places, register, removal, returns
from intranet.roll.views.blueprint import blueprint

__all__ = ["blueprint", "places", "register", "removal", "returns"]
