"""A fragment filled many times escapes what goes in, and puts it nowhere else."""

from __future__ import annotations

from markupsafe import Markup

from intranet.web.holes import MARKS, Holes, together

NAME, NUMBER = MARKS[0], MARKS[1]


def test_what_goes_into_a_fragment_is_escaped_wherever_it_goes():
    row = Holes(Markup(f'<a id="n{NUMBER}" title="{NAME}">{NAME}</a>'))
    assert row.fill(["<b>\"O'Dell\"</b>", 7]) == '<a id="n7" title="&lt;b&gt;&#34;O&#39;Dell&#34;&lt;/b&gt;">&lt;b&gt;&#34;O&#39;Dell&#34;&lt;/b&gt;</a>'


def test_a_value_that_holds_a_mark_opens_no_place_of_its_own():
    assert Holes(Markup(f"<p>{NAME} {NUMBER}</p>")).fill([NUMBER, 7]) == f"<p>{NUMBER} 7</p>"


def test_one_filling_leaves_nothing_for_the_next():
    row = Holes(Markup(f"<p>{NAME}</p>"))
    assert together([row.fill(["Amber"]), row.fill(["Bryony"])]) == Markup("<p>Amber</p><p>Bryony</p>")
