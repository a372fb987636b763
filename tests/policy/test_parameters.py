"""Every parameter of the register, one test a key and setting type, and what becomes of a key that nobody reads."""

import re
from datetime import date, time
from fractions import Fraction
from pathlib import Path

import pytest

from intranet.extension import discovery, host
from intranet.law.parameters import core_parameters
from intranet.law.words import read_yaml
from intranet.testing import setting_context

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(__file__).parent / "cases"
DAY = date(2026, 3, 2)
LEGAL = {
    "academy": "academy", "primary_school": "maintained", "independent_school": "independent", "alternative_provision": "non_school", "tutoring": "company",
}  # fmt: skip
ROWS = [(setting_type, key, row) for setting_type, rows in read_yaml(CASES / "parameter_register.yaml").items() for key, row in rows.items()]
UNREAD = read_yaml(CASES / "unread_parameters.yaml")
HOST = host.Host(list(discovery.in_tree(ROOT / "plugins")))
BUILT = re.compile(r"""f"([a-z_]+\.[a-z_.]*{[^"}]+}[a-z_.]+)\"""")
CODE = [*ROOT.glob("intranet/**/*.py"), *ROOT.glob("plugins/**/*.py"), *ROOT.glob("intranet/law/data/rules/*.yaml")]
CODE += [ROOT / "intranet/law/data" / name for name in ("measures.yaml", "grounds.yaml")]


def known(setting_type):
    return HOST.parameters(setting_context(setting_type, legal_type=LEGAL[setting_type]))


def plain(value):
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else value


@pytest.mark.parametrize(
    ("setting_type", "key", "row"),
    [pytest.param(*one, id=f"{one[0]}-{one[1]}", marks=[pytest.mark.clause(clause) for clause in one[2]["clauses"]]) for one in ROWS],
)
def test_a_parameter_is_what_the_register_says(setting_type, key, row):
    found = known(setting_type).at(row.get("on", DAY)).resolution(key)
    said = found.in_force
    assert said is not None
    assert (plain(said.value), said.unit, said.standing) == (row["value"], row["unit"], row["standing"])
    assert list(said.clauses) == row["clauses"]
    assert said.cited and said.description
    assert row.get("warns", "") in (found.warning or "")
    assert "warns" in row or found.warning is None
    if "struck" in row:
        assert row["struck"] in [plain(value.value) for value in found.struck_through]


CORE = {str(key): rows for key, rows in read_yaml(CASES / "core_parameters.yaml").items()}


def begins(value):
    return value.effective_from.isoformat() if value.effective_from else value.commences or "always"


@pytest.mark.parametrize("key", CORE)
def test_a_value_of_law_is_what_the_core_register_says_from_each_of_its_days(key):
    said = {begins(v): [plain(v.value), v.unit, v.standing] for v in known("academy").values(key) if v.origin == "core"}
    assert said == {str(day): row for day, row in CORE[key].items()}
    assert all(v.cited and v.description for v in known("academy").values(key))


def test_no_key_is_without_a_row():
    every = {value.key for setting_type in LEGAL for value in known(setting_type)}
    assert every - {key for _, key, _ in ROWS} - CORE.keys() == set()


def shipped(setting_type):
    return {value.key for value in known(setting_type) if value.origin != "core"}


@pytest.mark.parametrize("setting_type", sorted(LEGAL))
def test_every_parameter_of_a_policy_is_in_the_register(setting_type):
    assert sorted(shipped(setting_type) - {key for kind, key, _ in ROWS if kind == setting_type}) == []


@pytest.mark.parametrize("key", sorted({value.key for value in core_parameters()}))
def test_a_parameter_of_the_core_is_cited_and_says_what_it_is(key):
    values = [value for value in core_parameters() if value.key == key]
    assert all(value.unit and value.cited and value.description and value.source for value in values)
    assert all(one.in_force(day) + other.in_force(day) < 2 for one in values for other in values if one is not other
               and (one.authority, one.legal_types) == (other.authority, other.legal_types) for day in (one.effective_from or DAY,)
               if not one.commences and not other.commences)  # fmt: skip


def test_deciders_are_roles_of_their_setting():
    for setting_type in LEGAL:
        roles = HOST.roles(setting_type).keys() | {"automatic", "authority_procedure"}
        for value in known(setting_type):
            if value.unit == "deciders":
                assert set(value.value) <= roles, f"{setting_type}: {value.key} names {set(value.value) - roles}"


def every_key():
    return sorted({value.key for setting_type in LEGAL for value in known(setting_type)})


def read():
    """The keys that code, or the data that code follows, names in full or builds with an f-string."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in CODE if path != ROOT / "intranet/law/parameter_files.py")
    built = [re.compile(re.escape(re.sub(r"{[^}]*}", "~", one)).replace("\\~", "~").replace("~", "[a-z_]+")) for one in BUILT.findall(text)]
    named = {key for key in every_key() if f'"{key}"' in text or f"[{key}" in text or f" {key}," in text or f" {key}]" in text}
    cases = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "plugins").glob("*/cases/*.yaml"))
    named |= {key for key in every_key() if re.search(rf"[ {{]{re.escape(key)}\b", cases)}
    return named | {key for key in every_key() if any(pattern.fullmatch(key) for pattern in built)}


def test_a_parameter_that_nothing_reads_yet_says_what_it_waits_for():
    waiting = {key for keys in UNREAD.values() for key in keys}
    assert sorted(set(every_key()) - read() - waiting) == [], "read it, or list it with what it waits for"
    assert sorted(waiting - set(every_key())) == [], "these are no parameters any more"


def test_nothing_is_said_to_wait_that_is_read():
    waiting = {key for keys in UNREAD.values() for key in keys}
    assert sorted(waiting & read()) == []
