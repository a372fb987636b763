"""What the law of schools says to those that are no schools."""

import pytest

from intranet.law.binding import bindings, binds
from intranet.law.parameters import Parameters, core_parameters

CORE = Parameters(core_parameters())
KEYS = {value.key for value in core_parameters()} | {"calendar.sessions_in_year"}


@pytest.mark.clause("SEN-093")
@pytest.mark.parametrize(
    ("key", "bound"),
    [
        ("penalty.threshold_sessions", {"academy", "maintained"}),
        ("return.attendance_days", {"academy", "maintained", "independent"}),
        ("retention.register_years", {"academy", "maintained", "independent", "non_school"}),
        ("n_code.resolve_days", {"academy", "maintained", "independent", "non_school"}),
        ("ctf.binds", {"maintained"}),
        ("register.back_up_months", {"academy", "maintained", "independent"}),
    ],
)
def test_law_binds_the_legal_types_it_names(key, bound):
    said = CORE.values(key)[-1]
    assert {legal for legal in ("academy", "maintained", "independent", "non_school", "company") if binds(said, legal)} == bound


def test_whatever_a_policy_or_the_house_chose_binds_whoever_chose_it():
    chosen = [value for value in core_parameters() if value.standing == "assumption"]
    assert chosen and all(binds(value, "company") for value in chosen)


def test_every_topic_named_exists_and_says_where_the_law_says_so():
    topics = {key.split(".")[0] for key in KEYS}
    assert [name for name in bindings() if name not in KEYS | topics] == []
    assert all(one.citation and one.legal_types for one in bindings().values())
