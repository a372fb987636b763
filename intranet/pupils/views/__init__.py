"""The pages of the pupils room."""

from intranet.pupils.views import admission, classes, jump, merge, people, pupils, year
from intranet.pupils.views.blueprint import blueprint

__all__ = ["admission", "blueprint", "classes", "jump", "merge", "people", "pupils", "year"]
