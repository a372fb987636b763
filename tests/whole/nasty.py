"""What people, browsers and attackers put into fields: nothing of it may break a page or be stored unless the field takes it."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

LONG = "x" * 10_000
SCRIPT = "<script>alert(7)</script>"
FORMULA = "=cmd|' /C calc'!A0"
TEXTS = {
    "empty": "", "long": LONG, "emoji": "\U0001f9a6\U0001f3f3\ufe0f\u200d\U0001f308",
    "nul": "a\x00b", "lines": "a\r\nSet-Cookie: b=1\r\n\r\nc", "formula": FORMULA,
    "script": SCRIPT, "quote": "' OR 1=1 --\"><b>", "direction": "\u202eabc\u2066", "half": "\ud83e".encode("utf-16-le", "surrogatepass").decode("latin-1"),
    "template": "{{7*7}}${7*7}#{7*7}", "blank": " \t ", "format": "%s%n{0}{name}",
}  # fmt: skip
DATES = {"empty": "", "no day": "31/02/2026", "no day, other way": "2026-02-31", "no leap": "29/02/2027", "year 1": "0001-01-01", "year 9999": "9999-12-31",
         "leap": "29/02/2028", "words": "tomorrow", "huge": "2026-11-23" * 900, "big year": "99999-01-01", "nul": "2026-11-23\x00"}  # fmt: skip
NUMBERS = {"empty": "", "minus": "-1", "zero": "0", "huge": "9" * 40, "word": "seven", "float": "1e309", "arabic": "٣",
           "nul": "1\x00", "past 64 bits": str(2**63)}  # fmt: skip
CHOICES = {"empty": "", "unknown": "no-such-choice", "script": SCRIPT, "number": "999999", "huge": "9" * 40, "minus": "-1", "nul": "a\x00", "long": LONG}
TIMES = {"empty": "", "past": "25:61", "words": "noon", "long": LONG, "minus": "-1:00", "nul": "09:00\x00"}
KINDS = {"date": DATES, "number": NUMBERS, "choice": CHOICES, "time": TIMES, "text": TEXTS}

#: Addresses: what may stand where a number is asked for.
PATH_NUMBERS = ("0", "-1", "999999", str(2**31), str(2**63), "9" * 40, "1e3", "a", "%00", "٣")
PATH_WORDS = ("a" * 3000, "..%2f..%2fetc", "%3Cscript%3E", "2026-13", "9999-00")


class Forms(HTMLParser):
    """The forms of a page: their action and the fields with a first good value each, as a browser would send them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[dict] = []
        self._select: dict | None = None
        self._area = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Collect fields of the form that is open."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({"action": said.get("action", ""), "method": said.get("method", "get").lower(), "fields": {}, "kinds": {},
                               "files": said.get("enctype", "").startswith("multipart")})  # fmt: skip
        if not self.found:
            return
        form, name = self.found[-1], said.get("name", "")
        if tag == "select":
            self._select = {"name": name}
            form["kinds"][name], form["fields"][name] = "choice", ""
        elif tag == "option" and self._select:
            if "selected" in said or not form["fields"][self._select["name"]]:
                form["fields"][self._select["name"]] = said.get("value", "")
        elif tag == "textarea" and name:
            form["kinds"][name], form["fields"][name] = "text", ""
            self._area = name
        elif tag == "input" and name:
            self._input(form, name, said)

    def _input(self, form, name, said):
        kind = said.get("type", "text")
        if kind in ("submit", "button", "image", "reset"):
            return
        if kind in ("radio", "checkbox"):
            form["kinds"][name] = "choice"
            if "checked" in said or (kind == "radio" and name not in form["fields"]):
                form["fields"][name] = said.get("value", "y")
            form["fields"].setdefault(name, None)
            return
        form["kinds"][name] = kind if kind in ("date", "time", "number", "hidden", "file", "password") else "text"
        form["fields"][name] = said.get("value", "")

    def handle_endtag(self, tag):
        """Leave the select or the text."""
        self._select = None if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data):
        """Keep what stands in a text area."""
        if self._area and self.found:
            self.found[-1]["fields"][self._area] += data


def sentence(page: str, value: str, name: str) -> bool:
    """Return whether a page says in words what is wrong: an error summary or message with a whole sentence and a next step."""
    places = r"(?s)(?:error-summary|error-message|govuk-body-l|page-alert|app-problem|app-notice).*?</(?:div|p|ul)>"
    said = " ".join(re.sub(r"<[^>]+>", " ", part) for part in re.findall(places, page))
    text = re.sub(r"\s+", " ", unescape(said or re.sub(r"(?s)<[^>]+>", " ", page)))
    return len(re.findall(r"[A-Z“][^.?!]{6,}[.?!]", text)) >= 1 and "invalid" not in text.lower()
