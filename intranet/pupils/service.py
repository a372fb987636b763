"""The verbs of the pupils room, one import for every other room."""

from intranet.pupils.access import KnownPupil, access_group, access_pupil, access_pupils, known
from intranet.pupils.admission import Admitted, Draft, admit
from intranet.pupils.changes import amend_pupil, depart, end_flag, end_placement, place, row_of, set_flag
from intranet.pupils.classes import enter_group, give_cover, move_class, open_class, staff_class
from intranet.pupils.contacts import add_contact, amend_contact, end_contact, order_contacts
from intranet.pupils.links import Side, link_same_child, linked
from intranet.pupils.merging import merge
from intranet.pupils.merging import preview as preview_merge
from intranet.pupils.particulars import ContactDraft, Particulars
from intranet.pupils.roll import Group, RollEntry, facts, groups, groups_for, roll
from intranet.pupils.rollover import preview as preview_rollover
from intranet.pupils.rollover import roll_over_year, undo

__all__ = [
    "Admitted", "ContactDraft", "Draft", "Group", "KnownPupil", "Particulars", "RollEntry", "Side", "access_group", "access_pupil",
    "access_pupils", "add_contact", "admit", "amend_contact", "amend_pupil", "depart", "end_contact", "end_flag", "end_placement", "enter_group", "facts",
    "give_cover", "groups", "groups_for", "known", "link_same_child", "linked", "merge", "move_class", "open_class",
    "order_contacts", "place", "preview_merge", "preview_rollover", "roll", "roll_over_year", "row_of", "set_flag", "staff_class", "undo",
]  # fmt: skip
