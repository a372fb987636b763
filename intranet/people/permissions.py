"""Who may do what: one table of permissions, and the core roles that hold them (setting types name their own roles ``like`` these)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from intranet.errors import ConfigError

CORE_ROLES: Mapping[str, str] = {
    "teacher": "Teacher",
    "cover": "Cover staff",
    "tutor": "Tutor",
    "office": "Office",
    "attendance_lead": "Attendance lead",
    "head": "Head",
    "dsl": "Designated safeguarding lead",
    "deputy_dsl": "Deputy designated safeguarding lead",
    "governor": "Governor",
    "trust_director": "Trust director",
    "provider": "Provider",
    "home_school": "Home school contact",
    "authority": "Local authority contact",
    "system_admin": "System administrator",
}
#: People who work for somebody else: shorter sign-ins, and nothing beyond their own placements.
OUTSIDE = frozenset({"provider", "home_school", "authority"})

EVERYONE = frozenset(CORE_ROLES)
CLASS = frozenset({"teacher", "cover", "tutor"})
LEADS = frozenset({"attendance_lead", "head"})
OFFICE = LEADS | {"office"}
SAFEGUARDING = frozenset({"dsl", "deputy_dsl"})
STAFF = CLASS | OFFICE | SAFEGUARDING


@dataclass(frozen=True)
class Permission:
    """Something one may do, and the core roles that may."""

    key: str
    label: str
    roles: frozenset[str]


def _table(*rows: tuple[str, str, frozenset[str]]) -> Mapping[str, Permission]:
    return {key: Permission(key, label, roles) for key, label, roles in rows}


PERMISSIONS: Mapping[str, Permission] = _table(
    ("account:self", "look after one's own account", EVERYONE),
    ("setting:home", "open a setting's first page", EVERYONE),
    ("register:read", "read registers", STAFF | {"provider"}),
    ("register:write", "take one's own registers", CLASS | OFFICE | {"provider"}),
    ("register:any", "take any register of the setting", OFFICE),
    ("register:amend", "amend a mark", OFFICE),
    ("board:read", "see the board of missing registers and children", OFFICE | SAFEGUARDING),
    ("desk:write", "sign pupils in late and out", OFFICE),
    ("print:read", "print registers and the evacuation roll", STAFF | {"provider"}),
    ("pupil:read", "open pupils' pages", STAFF | {"provider"}),
    ("pupil:all", "open any pupil of the setting", OFFICE | SAFEGUARDING | {"teacher"}),
    ("pupil:contacts", "see birth dates, addresses and contacts", OFFICE | SAFEGUARDING),
    ("pupil:sensitive", "see sensitive flags", LEADS | SAFEGUARDING),
    ("pupil:protected", "see protected addresses", SAFEGUARDING | {"head"}),
    ("pupil:write", "change pupils' particulars", OFFICE),
    ("roll:admit", "admit pupils", OFFICE),
    ("roll:read", "see the admission register, and what is owed to authorities about it", OFFICE | SAFEGUARDING),
    ("roll:prepare", "prepare that a name leaves the roll or a place ends, and record returns", OFFICE),
    ("roll:delete", "approve that a name leaves the roll", frozenset({"head"})),
    ("roll:exclude", "record suspensions, exclusions and what is provided", LEADS),
    ("roll:match", "link a child's records at two settings", LEADS),
    ("roll:merge", "merge a duplicate pupil", LEADS),
    ("year:roll", "roll the school year over", LEADS),
    ("group:write", "change classes", OFFICE),
    ("cover:write", "give cover staff access", OFFICE),
    ("calendar:write", "close the school and change the calendar", OFFICE),
    ("policy:read", "read the calendar and the parameters in force", STAFF | {"governor", "trust_director", "system_admin"}),
    ("policy:write", "set a house value and keep the policy document", LEADS),
    ("policy:know", "say that one knows the policy, and comment on it", STAFF | {"governor", "trust_director", "system_admin"}),
    ("policy:answer", "read and answer comments on the policy", frozenset({"head", "governor", "trust_director"})),
    ("policy:commence", "enter the day on which law commences", frozenset({"head", "system_admin"})),
    ("import:run", "import pupils and marks", OFFICE),
    ("case:read", "read cases", OFFICE | SAFEGUARDING),
    ("case:write", "work on cases", OFFICE | SAFEGUARDING),
    ("case:suspect", "say that a child may be missing education", STAFF),
    ("case:step", "open a step or a decision of a case (its kind says who records it)", OFFICE | SAFEGUARDING | {"governor"}),
    ("safeguarding:tell", "tell the safeguarding lead about a child", EVERYONE - OUTSIDE | {"provider"}),
    ("safeguarding:enter", "open what one is named on in the safeguarding room", EVERYONE - OUTSIDE),
    ("safeguarding:read", "read and work in the safeguarding room", SAFEGUARDING),
    ("safeguarding:glass", "read in the safeguarding room without its team, for a reason and a short time", frozenset({"head"})),
    ("pupil:signal", "see that one should speak to the safeguarding lead about a pupil", OFFICE | SAFEGUARDING),
    ("duty:read", "see duties", STAFF | {"provider"}),
    ("duty:done", "complete duties", STAFF | {"provider"}),
    ("followup:read", "see the list of absences to follow up", OFFICE | SAFEGUARDING),
    ("followup:write", "log calls, take down reported absences and make links for parents", OFFICE | SAFEGUARDING),
    ("followup:hold", "say that nobody rings a home", SAFEGUARDING),
    ("followup:delegate", "let others decide on absence for the head", frozenset({"head"})),
    ("notice:read", "read the notices addressed to oneself", EVERYONE - OUTSIDE),
    ("notice:list", "see who was told what, when, and who has opened it", LEADS | SAFEGUARDING),
    ("notice:hand", "tell a body outside and record how", OFFICE | SAFEGUARDING),
    ("comms:write", "record what was said to a pupil's family", STAFF),
    ("comms:read", "read all that was said to a pupil's family", OFFICE | SAFEGUARDING),
    ("account:admin", "give and end access", frozenset({"system_admin", "head"})),
    ("trust:read", "see figures of several settings", frozenset({"trust_director", "system_admin"})),
    ("setting:open", "open a new setting", frozenset({"trust_director", "system_admin"})),
    ("install:read", "see how the install is", frozenset({"system_admin"})),
    ("demo:pick", "sign in as anybody in the demo", frozenset()),
)


def known(key: str) -> Permission:
    """Return the permission, or raise ConfigError with the nearest one there is."""
    if key in PERMISSIONS:
        return PERMISSIONS[key]
    near = get_close_matches(key, PERMISSIONS, n=1)
    raise ConfigError(f"There is no permission “{key}”." + (f" Did you mean “{near[0]}”?" if near else ""))


def roles_needed(key: str) -> str:
    """Return the labels of the roles that hold a permission, for the sentence of a refusal."""
    labels = [label for role, label in CORE_ROLES.items() if role in known(key).roles]
    return " or ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
