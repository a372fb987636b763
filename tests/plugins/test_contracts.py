"""Each bundled plugin keeps the contract of every setting plugin."""

from __future__ import annotations

from intranet.testing import FIRST_DAY, SettingContract, booking
from plugins import academy, alternative_provision, independent_school, primary_school, tutoring


class TestAcademy(SettingContract):
    plugin, key = academy, "academy"


class TestPrimarySchool(SettingContract):
    plugin, key, legal_type = primary_school, "primary_school", "maintained"


class TestIndependentSchool(SettingContract):
    plugin, key, legal_type = independent_school, "independent_school", "independent"


class TestAlternativeProvision(SettingContract):
    plugin, key, legal_type = alternative_provision, "alternative_provision", "non_school"


class TestTutoring(SettingContract):
    plugin, key, legal_type = tutoring, "tutoring", "company"
    plan = {"records": (booking(1, FIRST_DAY, "10:00", "11:00"), booking(2, FIRST_DAY, "14:00", "15:00"))}
    present, absent = "P", "A"
