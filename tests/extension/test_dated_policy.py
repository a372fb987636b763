"""Values, codes and variants of an authority take effect on their day because data says so: no code is changed."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from intranet import settings, store
from intranet.errors import ConfigError
from intranet.extension import discovery, host
from intranet.extension.api import Catalogue, Profile, Trigger, hookimpl
from intranet.factory import create_app
from intranet.law.codes import code_table
from intranet.law.rules_deletion import DeletionFacts, may_delete
from intranet.law.words import DATA
from intranet.settings.context import HouseValue
from intranet.testing import at, facts, history, kinds, setting_context
from tests.fixtures.people import a_setting

ROOT = Path(__file__).resolve().parents[2]
PROFILE = Profile("hospital_school", "Hospital school", "A school in a hospital.", ("academy",), ("all_through",), "am_pm")
ROUNDS = """
late_marks:
  description: Late marks after which the ward is told
  unit: marks
  values:
    2025-09-01: {value: 3, clauses: [ATT-025]}
    2026-03-09: {value: 2, clauses: [ATT-025]}
  authorities:
    Northshire:
      2026-03-16: {value: 1, citation: The procedure of Northshire}
"""
NEW_CODE = """
  - symbol: "Y8"
    name: "Unable to attend because the ferry does not run"
    class: not_possible
    meaning: unable
    sessions: both
    statute: "an order of 2026"
    guidance: "Only on the days on which it does not run."
    from: 2026-03-09
"""


def late(facts, params):
    """A rule that reads its number, as any plugin's would."""
    marks = [mark for mark in facts.marks if mark.code_id in facts.codes.ids(["L"])]
    if len(marks) >= params["ward.late_marks"]:
        yield Trigger("ward_told", facts.pupil.id, marks[0].day, "Late too often", clauses=("ATT-025",))


def hospital(folder, codes=None, added=None):
    made = ModuleType("hospital_school")
    hooks = {"profile": lambda: PROFILE, "policy": lambda: folder, "triggers": late, "catalogue": lambda: Catalogue(codes=codes)}
    for name, hook in hooks.items():
        setattr(made, name, hookimpl(hook))
    return host.Host([("hospital_school", made)], added=added)


@pytest.fixture
def policy(tmp_path):
    folder = tmp_path / "policy"
    folder.mkdir()
    (folder / "ward.yaml").write_text(ROUNDS, encoding="utf-8")
    return folder


def told(caller, day, times):
    marks = history(caller, {f"2026-03-0{n} AM": "L" for n in range(2, 2 + times)})
    return "ward_told" in kinds(caller.triggers(facts(caller, marks, at(day))))


@pytest.mark.parametrize(
    ("day", "authority", "needed"),
    [
        (date(2026, 3, 8), "Weatherby Council", 3), (date(2026, 3, 9), "Weatherby Council", 2), (date(2026, 3, 16), "Weatherby Council", 2),
        (date(2026, 3, 9), "Northshire", 2), (date(2026, 3, 15), "Northshire", 2), (date(2026, 3, 16), "Northshire", 1),
    ],
)  # fmt: skip
def test_a_rule_follows_a_future_value_and_an_authoritys_variant_from_their_day(policy, day, authority, needed):
    caller = hospital(policy).caller(replace(setting_context("hospital_school"), authority=authority))
    assert [told(caller, day, times) for times in (needed - 1, needed)] == [False, True]


def test_a_changed_variant_takes_effect_on_its_day_without_a_change_of_code(policy):
    ctx = replace(setting_context("hospital_school"), authority="Northshire")
    text = ROUNDS.replace("      2026-03-16: {value: 1", "      2026-03-23: {value: 3, citation: The procedure as changed}\n      2026-03-16: {value: 1")
    (policy / "ward.yaml").write_text(text, encoding="utf-8")
    caller = hospital(policy).caller(ctx)
    assert [told(caller, day, 1) for day in (date(2026, 3, 15), date(2026, 3, 16), date(2026, 3, 22), date(2026, 3, 23))] == [False, True, True, False]


def test_a_pupil_of_another_authority_has_that_authoritys_values(policy):
    made = hospital(policy)
    here = setting_context("hospital_school")
    assert made.parameters(here).at(date(2026, 3, 16))["ward.late_marks"] == 2
    assert made.parameters(here, "Northshire").at(date(2026, 3, 16))["ward.late_marks"] == 1


def test_a_new_code_can_be_used_from_its_first_day(policy, tmp_path):
    file = tmp_path / "codes.yaml"
    text = (DATA / "codes.yaml").read_text(encoding="utf-8").replace('  "Y": 38\n', '  "Y": 38\n  "Y8": 39\n') + NEW_CODE
    file.write_text(text, encoding="utf-8")
    caller = hospital(policy, code_table(file)).caller(setting_context("hospital_school"))
    before, on = caller.codes.on(date(2026, 3, 8)), caller.codes.on(date(2026, 3, 9))
    assert "Y8" not in before and "it begins on 9 March 2026" in before.explain("Y8")
    assert on.get("Y8").counts_possible is False and on.explain("Y8") == ""
    assert [code.symbol for code in before] == [code.symbol for code in on if code.symbol != "Y8"]


def test_an_install_adds_a_commencement_and_a_variant_beside_the_policies_it_was_given(policy, tmp_path):
    added = tmp_path / "added"
    (added / "law").mkdir(parents=True)
    (added / "hospital_school").mkdir()
    (added / "law" / "commencement.yaml").write_text(
        "consent_to_withdraw:\n  description: Consent\n  unit: commencement day\n"
        "  values: {always: {value: 2026-03-09, standing: law, citation: a commencement order}}\n",
        encoding="utf-8",
    )
    (added / "hospital_school" / "ward.yaml").write_text(
        "late_marks:\n  description: d\n  unit: marks\n  values: {2026-05-01: {value: 4, citation: a governors' decision}}\n", encoding="utf-8"
    )
    caller = hospital(policy, added=added).caller(setting_context("hospital_school"))
    assert [caller.params(date(2026, 3, day))["roll.ehe_consent_groups"] for day in (8, 9)] == [(), ("authority_special_school", "child_protection")]
    assert [caller.params(day)["ward.late_marks"] for day in (date(2026, 4, 30), date(2026, 5, 1))] == [2, 4]


@pytest.mark.clause("ATT-025")
def test_a_half_term_that_is_over_keeps_the_number_it_was_judged_by():
    changed = [HouseValue("lateness.persistent_count", 3, "Governors, February", date(2026, 2, 23), None, None)]
    ctx = replace(setting_context("academy"), house_values=tuple(changed))
    caller = host.Host(discovery.in_tree(ROOT / "plugins")).caller(ctx)
    autumn = history(caller, {f"2025-09-{n:02d} AM": "L" for n in (8, 9, 10)})
    spring = history(caller, {f"2026-03-{n:02d} AM": "L" for n in (2, 3, 4)})
    found = [one.anchor for one in caller.triggers(facts(caller, autumn + spring, at(date(2026, 3, 4)))) if one.kind == "persistent_lateness"]
    assert found == [date(2026, 2, 23)]


@pytest.mark.clause("OTE-38", "ATT-177")
def test_the_day_of_commencement_that_an_administrator_enters_asks_for_consent_from_that_day():
    plugins = list(discovery.in_tree(ROOT / "plugins"))
    leaver = DeletionFacts(
        "academy", date(2016, 5, 4), frozenset({"written_notice", "no_order"}), notice_received=date(2026, 3, 2), last_day_stated=date(2026, 3, 4),
        groups=frozenset({"child_protection"}),
    )  # fmt: skip
    found = {}
    for entered in ({}, {"commencement.consent_to_withdraw": "2026-03-09"}):
        caller = host.Host(plugins).caller(setting_context("academy", house=entered))
        days = (date(2026, 3, 8), date(2026, 3, 9))
        found[len(entered)] = [may_delete("2024:9(1)(f)", leaver, caller.params(day)) for day in days]
    assert [one.holds for one in found[0]] == [True, True]
    assert [one.holds for one in found[1]] == [True, False]
    assert "authority's consent" in " ".join(found[1][1].missing)
    elsewhere = may_delete("2024:9(1)(f)", replace(leaver, groups=frozenset()), caller.params(days[1]))
    assert elsewhere.holds


@pytest.mark.clause("ATT-192")
def test_a_running_app_takes_an_authoritys_variant_from_its_own_data_folder(sqlite_database):
    folder = sqlite_database.config.home / "policy" / "academy"
    folder.mkdir(parents=True)
    (folder / "cme.yaml").write_text(
        "notification_day:\n  description: d\n  unit: school day\n  values: {}\n"
        "  authorities:\n    Northshire:\n      2026-03-09: {value: 20, clauses: [ATT-192], citation: The procedure of Northshire}\n",
        encoding="utf-8",
    )
    app = create_app(sqlite_database.config)
    with app.app_context():
        days = {}
        for authority in ("Northshire", "Weatherby Council"):
            setting = a_setting(authority=authority)
            with store.scope([setting]):
                caller = host.for_setting(settings.service.context(setting))
            days[authority] = [caller.params(date(2026, 3, day))["cme.notification_day"] for day in (8, 9)]
    assert days == {"Northshire": [10, 20], "Weatherby Council": [10, 10]}


def test_an_app_does_not_start_with_a_row_that_it_cannot_read(sqlite_database):
    folder = sqlite_database.config.home / "policy" / "law"
    folder.mkdir(parents=True)
    (folder / "n_code.yaml").write_text(
        "resolve_days:\n  description: d\n  unit: school days\n  values: {2027-09-01: {value: 4, standing: law}}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"The parameters of “core” cannot be used. n_code.yaml:4: n_code.resolve_days: a value has no citation"):
        create_app(sqlite_database.config)


def test_a_row_for_a_parameter_that_nobody_has_is_refused_with_the_nearest(policy, tmp_path):
    added = tmp_path / "added" / "hospital_school"
    added.mkdir(parents=True)
    (added / "ward.yaml").write_text(
        "late_mark:\n  description: d\n  unit: marks\n  values: {2026-05-01: {value: 4, citation: a decision}}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"ward.yaml:1: ward.late_mark: there is no such parameter .* Did you mean `ward.late_marks`"):
        hospital(policy, added=tmp_path / "added")


SCRIPT = """
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from intranet.extension import discovery, host
from intranet.extension.api import Placement
from intranet.law.codes import national_codes
from intranet.testing import at, facts, history, kinds, setting_context
made = host.Host(discovery.in_tree(Path("plugins").resolve()))
caller = made.caller(replace(setting_context("academy"), authority="Northshire"))
days = (date(2026, 3, 8), date(2026, 3, 9))
marks = history(caller, {f"2026-03-0{n} AM": "L" for n in (2, 3, 4)})
print(json.dumps({
    "late": ["persistent_lateness" in kinds(caller.triggers(facts(caller, marks, at(day)))) for day in days],
    "code": ["Y8" in caller.codes.on(day) for day in days],
    "national": caller.codes is national_codes(),
    "variant": [caller.params(day)["cme.la_variant"] for day in days],
    "law": [caller.params(day)["n_code.resolve_days"] for day in days],
}))
"""


def test_the_shipped_rules_follow_changed_data_files_with_every_line_of_code_as_it_was(tmp_path):
    for name in ("intranet", "plugins"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static", "docs"))
    _change(tmp_path / "plugins/academy/policy/lateness.yaml", "    2024-09-01: {value: 5, clauses: [ATT-025]}\n",
            "    2024-09-01: {value: 5, clauses: [ATT-025]}\n    2026-03-09: {value: 3, clauses: [ATT-025]}\n")  # fmt: skip
    _change(tmp_path / "plugins/academy/policy/cme.yaml", "    2024-09-01: {value: notify at 10, clauses: [ATT-192], conflict: C-14}\n",
            "    2024-09-01: {value: notify at 10, clauses: [ATT-192], conflict: C-14}\n  authorities:\n    Northshire:\n"
            "      2026-03-09: {value: refer at 10 and notify at 20, clauses: [ATT-192]}\n")  # fmt: skip
    _change(tmp_path / "intranet/law/data/codes.yaml", '  "Y": 38\n', '  "Y": 38\n  "Y8": 39\n')
    with (tmp_path / "intranet/law/data/codes.yaml").open("a", encoding="utf-8") as codes:
        codes.write(NEW_CODE)
    _change(tmp_path / "intranet/law/data/parameters/n_code.yaml", "citation: SI 2024/208 reg 10(7)}\n",
            "citation: SI 2024/208 reg 10(7)}\n    2026-03-09: {value: 4, standing: law, citation: an order of 2026}\n")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "late": [False, True], "code": [False, True], "national": True,
        "variant": ["notify at 10", "refer at 10 and notify at 20"], "law": [5, 4],
    }  # fmt: skip


def _change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} holds {text.count(old)} of {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("register.close_minutes: {description: d, unit: hours, values: {2025-09-01: {value: 1, citation: c}}}", "its unit is “hours”"),
        ("x.y: {description: d, unit: u, values: {commencement.consent: {value: 1, citation: c}}}", "“commencement.consent_to_withdraw”"),
        ("x.y: {description: d, unit: u, values: {2025-09-01: {value: 1, citation: c, conflict: C-77}}}", "C-77 is not a conflict"),
        ("x.y: {description: d, unit: u, values: {2025-09-01: {value: 1, clauses: [ATT-999]}}}", "ATT-999 is not a clause"),
        ("x.y: {description: d, values: {2025-09-01: {value: 1, citation: c}}}", "it has no unit"),
        ("x.y: {description: d, unit: u, values: {2025-09-01: {value: 1}}}", "a value has no citation"),
        ("x.y: {description: d, unit: u, values: {2025-09-01: {value: 1, citation: c, standing: rule}}}", "standing is `rule`"),
        (
            "x.y: {description: d, unit: u, values: {2025-09-01: {value: 1, citation: c, until: 2026-09-01}, 2026-09-01: {value: 2, citation: c}}}",
            "its dates overlap",
        ),
    ],
)
def test_what_is_badly_written_stops_the_start_naming_policy_file_and_line(tmp_path, text, says):
    (tmp_path / "ward.yaml").write_text(f"# A policy.\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refusal:
        hospital(tmp_path)
    assert "“hospital_school”" in str(refusal.value) and "ward.yaml:2" in str(refusal.value) and says in str(refusal.value)
