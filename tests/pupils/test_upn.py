"""A UPN is checked letter by letter and the sentence says which letter would be right."""

from __future__ import annotations

import pytest

from intranet.pupils import rules, upn


@pytest.mark.parametrize(
    ("body", "letter"),
    [
        ("801200005001", "B"),
        ("207000016049", "P"),  # two help centres print Q for this one; their sum is wrong
        ("80120000500A", "M"),
        ("80120000500B", "B"),
        ("80120000500Z", "Y"),
        ("999999999999", "F"),
    ],
)
def test_the_check_letter_is_the_weighted_sum_of_the_other_twelve(body, letter):
    assert upn.check_letter(body) == letter
    assert upn.problem(letter + body) is None


def test_a_wrong_check_letter_is_refused_with_the_right_one():
    assert upn.problem("A801200005001") == (
        "`A801200005001` begins with A, but these digits need the check letter B (census rule 1510). Check each digit against the transfer file."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("B80120000500", "has 12 characters"),
        ("I801200005001", "never I, O or S"),
        ("B80120000500O", "never I, O or S"),
        ("B8012000O5001", "not laid out as a UPN"),
        ("B８01200005001", "not laid out as a UPN"),  # a full-width digit
        ("", "has 0 characters"),
    ],
)
def test_what_is_not_laid_out_as_a_upn_says_why(text, words):
    assert words in (upn.problem(text) or "")


def test_every_single_wrong_digit_is_noticed():
    good = "P207000016049"
    for place in range(1, 13):
        for digit in "0123456789":
            wrong = good[:place] + digit + good[place + 1 :]
            assert (upn.problem(wrong) is None) == (wrong == good)


def test_a_temporary_number_is_known_by_its_last_letter():
    assert upn.is_temporary("M80120000500A")
    assert not upn.is_temporary("B801200005001")


def test_an_authority_nobody_listed_only_warns():
    assert upn.problem("B801200005001") is None
    assert "801" in (upn.warning("B801200005001", {"838", "940"}) or "")
    assert upn.warning("B801200005001", {"801"}) is None
    assert upn.warning("B801200005001", ()) is None


def test_spaces_and_small_letters_are_tidied():
    assert upn.tidy(" b801 2000 05001 ") == "B801200005001"


@pytest.mark.parametrize(("said", "year"), [("R", 0), ("Year 4", 4), ("y11", 11), ("N2", -1), ("", None), ("13", 13)])
def test_year_groups_are_read_as_people_write_them(said, year):
    assert rules.year_from_text(said) == year


@pytest.mark.parametrize("said", ["0", "15", "third", "-1", "4a"])
def test_an_unknown_year_group_is_named(said):
    with pytest.raises(ValueError, match="is not a year group. Use R, N1, N2"):
        rules.year_from_text(said)


def test_the_name_used_at_school_takes_each_preferred_part():
    assert rules.shown_name("Alexander", "Ash", "Lex", "") == "Lex Ash"
    assert rules.shown_name("Alexander", "Ash", "", "Birch") == "Alexander Birch"
