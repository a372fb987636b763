"""What is wrong with a page as it stands: at a desk, on a phone, and at 400 % zoom."""

from __future__ import annotations

from html.parser import HTMLParser

from tests.fixtures.served import violations

SIZES = ((1366, 768), (390, 844))
NARROWEST = (320, 640)  # WCAG 1.4.10: 1280 pixels at 400 %
OVERFLOWING = """() => [...document.querySelectorAll('body *')].filter((el) => {
  const box = el.getBoundingClientRect();
  if (box.right <= innerWidth + 1 || box.width === 0 || getComputedStyle(el).position === 'fixed') return false;
  for (let up = el; up; up = up.parentElement) {
    if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX)) return false;
    if (up.classList.contains('govuk-visually-hidden')) return false;
  }
  return true;
}).slice(0, 3).map((el) => el.outerHTML.slice(0, 90))"""


def faults(page) -> list:
    """Return accessibility faults at both sizes and what sticks out of the narrowest window."""
    found = []
    before = page.viewport_size
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found += [(width, *fault) for fault in violations(page)]
    page.set_viewport_size({"width": NARROWEST[0], "height": NARROWEST[1]})
    if page.evaluate("document.documentElement.scrollWidth") > NARROWEST[0]:
        found.append((NARROWEST[0], "sticks out", page.evaluate(OVERFLOWING)))
    page.set_viewport_size(before)
    return found


class Outline(HTMLParser):
    """The title, the first headings and the links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title, self.headings, self.links, self._in = "", 0, [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "title" and not self.title:
            self._in = tag
        self.headings += tag == "h1"
        href = dict(attrs).get("href") or ""
        if tag == "a" and href.startswith("/") and not href.startswith("//"):
            self.links.append(href.partition("#")[0])

    def handle_endtag(self, tag):
        self._in = "" if tag == self._in else self._in

    def handle_data(self, data):
        self.title += data.strip() if self._in else ""
