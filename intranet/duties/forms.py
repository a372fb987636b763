"""The form of a duty."""

from __future__ import annotations

from wtforms import TextAreaField

from intranet.web.kit import WriteForm, required


class DoneForm(WriteForm):
    """What came of a duty."""

    outcome = TextAreaField("What was done, and what came of it", [required("Outcome: nothing was entered. Write who did what and with what result.")])
