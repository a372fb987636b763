"""The forms of the exchange room."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from intranet.exchange.columns import LABELS
from intranet.web.kit import WriteForm, choices


class UploadForm(WriteForm):
    """A file and what is in it."""

    kind = SelectField("What the file holds", choices=choices(LABELS.items()))
    file = FileField("CSV or XLSX file", [FileRequired("Choose the file that your management system exported.")])


class MappingForm(WriteForm):
    """Which field each column holds; the selects are drawn from the file."""

    open_prefixes = ("column-",)

    def chosen(self, header: Sequence[str], sent: Mapping[str, str]) -> dict[str, str]:
        """Return header to field key, as chosen; a column set to nothing says so."""
        found: dict[str, str] = {}
        for name, value in sent.items():
            said = re.fullmatch(r"column-(\d{1,4})", name)
            if said and int(said[1]) < len(header):
                found[header[int(said[1])]] = value
        return found
