"""The kinds of flag a pupil can carry and who may see them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FlagKind:
    """A flag's key, what people read, and whether it is shown outside the sensitive field group."""

    key: str
    label: str
    open: bool = False


#: Set as a flag or in the particulars; no attendance return is made of a boarder.
BOARDER = "boarder"
#: Care, health, belief and income are never in a list; "open" ones help whoever takes the register.
KINDS: tuple[FlagKind, ...] = (
    FlagKind("sen_support", "SEN support"),
    FlagKind("send", "Special educational needs or disability"),
    FlagKind("ehcp", "Education, health and care plan"),
    FlagKind("fsm", "Free school meals"),
    FlagKind("looked_after", "Looked after"),
    FlagKind("previously_looked_after", "Previously looked after"),
    FlagKind("social_worker", "Has a social worker"),
    FlagKind("child_in_need", "Child in need"),
    FlagKind("child_protection", "Child protection plan"),
    FlagKind("youth_justice", "Youth justice worker"),
    FlagKind("young_carer", "Young carer"),
    FlagKind("medical", "Medical condition"),
    FlagKind("mental_health", "Mental health difficulty"),  # ASC-37
    FlagKind("disadvantaged", "Disadvantaged home"),  # ASC-38
    FlagKind("near_threshold", "Just misses pupil premium or free meals"),  # ASC-40
    FlagKind("traveller", "Gypsy, Roma or Traveller"),
    FlagKind("mobile", "Parent travels for work", open=True),
    FlagKind("service_child", "Service family"),
    FlagKind("eal", "English as an additional language", open=True),
    FlagKind("new_migrant", "New migrant"),
    FlagKind("unsettled_address", "Address not settled"),  # OTE-41
    FlagKind("refugee", "Refugee or asylum seeker"),
    FlagKind("vulnerable_list", "On the vulnerable list"),
    FlagKind("walks_alone", "Travels alone", open=True),
    FlagKind(BOARDER, "Boarder", open=True),
)


def kinds() -> dict[str, FlagKind]:
    """Return the flag kinds by key."""
    return {kind.key: kind for kind in KINDS}


def label(key: str) -> str:
    """Return what people read for a flag; a key from a plugin is shown in words."""
    kind = kinds().get(key)
    return kind.label if kind else key.replace("_", " ").capitalize()


def shown(keys: frozenset[str] | set[str], *, sensitive: bool) -> list[str]:
    """Return the labels someone may see, in the order of the list."""
    table = kinds()
    return [label(key) for key in sorted(keys) if sensitive or (key in table and table[key].open)]
