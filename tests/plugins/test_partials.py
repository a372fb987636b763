"""Every partial of every bundled plugin draws, with nothing undefined, and in its own words."""

from __future__ import annotations

import pytest

from intranet import store
from intranet.duties.slots import plugin_parts
from intranet.web.slots import SLOTS
from tests.duties.playing import at, save
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_pupil
from tests.policy.playing import caller_of

KINDS = {
    "academy": ("academy", "own_roll", "AM", ("U unless another code fits", "Against the policy", "08:50 to 09:30")),
    "primary_school": ("maintained", "own_roll", "AM", ("school office follows up absence", "Looked after", "ASC-19")),
    "independent_school": ("independent", "la_placed", "AM", ("taken twice a day", "agreed start day", "Weatherby Council")),
    "alternative_provision": ("non_school", "model_a", "AM", ("Model A", "Commissioned sessions", "Ages 5 to 10")),
    "tutoring": ("company", "commissioned", "10:00", ("Commissioner: not recorded", "Central log", "house settings, not from policy")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_partial_draws(app, kind):
    legal, model, key, words = KINDS[kind]
    at("2025-10-08 08:00")
    setting = a_setting(setting_type=kind, legal_type=legal, layout="T" if kind == "tutoring" else "H")
    pupil = a_pupil(setting, model=model, flags=("looked_after",), group=a_class(setting))
    present, late = ("P", "L") if kind == "tutoring" else ("/", "L")
    save(setting, f"2025-10-07 {key}", {pupil: late}, now="2025-10-07 09:05")
    save(setting, f"2025-10-08 {key}", {pupil: present}, now="2025-10-08 09:05")
    slots = next(iter(caller_of(setting).sessions(at("2025-10-08 09:05").date(), []).values()), ())
    drawn, filled = "", set()
    with store.scope([setting]), app.test_request_context("/"):
        for slot in SLOTS:
            for part in plugin_parts(slot, {"setting_id": setting, "pupil_id": pupil, "slots": slots or _half_days(setting)}):
                drawn += app.jinja_env.get_template(part.template).render(**part.context)
                filled.add(slot)
    for word in words:
        assert word in drawn
    assert {"register.banner", "dashboard.cards", "settings.sections"} <= filled


def _half_days(setting: int):
    caller = caller_of(setting)
    from intranet.extension import defaults

    day = at("2025-10-08 09:05").date()
    return defaults.half_days(caller.setting, day, caller.params(day))
