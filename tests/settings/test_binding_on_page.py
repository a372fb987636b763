"""The policy page does not tell a company that the law of schools governs it."""

import pytest

from tests.fixtures.people import a_setting, an_account, signed_in


def part(app, setting_type, legal_type, role, key):
    setting = a_setting(setting_type=setting_type, legal_type=legal_type)
    client = signed_in(app.test_client(), an_account(role, setting=setting))
    html = client.get(f"/settings/{setting}/policy/").get_data(as_text=True)
    found = html[html.index(f'id="{key}"') :]
    return " ".join(found[: found.index("</div>")].split())


@pytest.mark.clause("SEN-093")
@pytest.mark.parametrize(
    ("setting_type", "legal_type", "role", "bound"),
    [
        ("tutoring", "company", "director", False), ("alternative_provision", "non_school", "head_of_provision", False),
        ("academy", "academy", "principal", True),
    ],
)  # fmt: skip
def test_the_law_of_schools_is_said_to_bind_schools_only(app, setting_type, legal_type, role, bound):
    said = part(app, setting_type, legal_type, role, "penalty.threshold_sessions")
    assert ("Law of schools, which does not bind this setting: SI 2007/1867" in said) is not bound
    assert ("Law: SI 2007/1867" in said) is bound
