"""Reading a page as a machine does: headings, labels, ids, links, and code that should not be in it."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

NO_LABEL = frozenset({"hidden", "submit", "button", "image", "reset"})


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.inputs: list[dict[str, str]] = []
        self.links: list[str] = []
        self.posts: list[str] = []
        self.inline: list[str] = []
        self.lang = self.title = ""
        self._in_title = False
        self._depth = 0  # inside how many labels
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag says."""
        said = {name: value or "" for name, value in attrs}
        self.ids += [said["id"]] if "id" in said else []
        self.inline += [f"{tag} {name}" for name in said if name == "style" or name.startswith(("on", "hx-on"))]
        if tag == "html":
            self.lang = said.get("lang", "")
        elif tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.headings.append(int(tag[1]))
        elif tag == "title":
            self._in_title = True
        elif tag == "label":
            self._depth += 1
            self.labels.add(said.get("for", ""))
        elif tag == "style" or (tag == "script" and "src" not in said):
            self.inline.append(tag)
        self._form(tag, said)

    def _form(self, tag: str, said: dict[str, str]) -> None:
        if tag in ("input", "select", "textarea") and said.get("type") not in NO_LABEL:
            self.inputs.append({**said, "inside": "yes" if self._depth else ""})
        if tag == "a" and said.get("href"):
            self.links.append(said["href"])
        if tag == "form":
            (self.posts if said.get("method", "get").lower() == "post" else self.links).append(said.get("action", ""))
        self.links += [said[name] for name in ("hx-get",) if name in said]

    def handle_endtag(self, tag: str) -> None:
        """Leave the title or the label."""
        self._in_title = self._in_title and tag != "title"
        self._depth -= tag == "label"

    def handle_data(self, data: str) -> None:
        """Keep the title."""
        if self._in_title:
            self.title += data

    def problems(self) -> list[str]:
        """Return what is wrong with the page."""
        found = [f"{self.headings.count(1)} h1"] * (self.headings.count(1) != 1)
        found += ["no title"] * (not self.title.strip()) + ["no lang"] * (self.lang != "en-GB")
        found += [f"heading {after} after {before}" for before, after in zip(self.headings, self.headings[1:], strict=False) if after > before + 1]
        found += [f"id {name} twice" for name in sorted({name for name in self.ids if self.ids.count(name) > 1})]
        found += [f"inline {what}" for what in self.inline]
        return found + [f"no label for {said.get('name', said)}" for said in self.inputs if not self._labelled(said)]

    def _labelled(self, said: dict[str, str]) -> bool:
        named = {said.get(name, "") for name in ("aria-label", "aria-labelledby", "title")} - {""}
        return bool(named) or bool(said.get("inside")) or (said.get("id", "") in self.labels and bool(said.get("id")))


def internal(links: list[str]) -> list[str]:
    """Return the links that lead to this app, without their place on the page."""
    return [link.split("#")[0] for link in links if link and not urlsplit(link).scheme and not link.startswith(("#", "//"))]
