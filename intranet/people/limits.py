"""How long a sign-in lasts and how often one may fail; each figure with the source it is taken from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from intranet.people.actor import Actor, is_outside


@dataclass(frozen=True)
class Lasts:
    """How long a sign-in lasts without use and in all, and how many a person may have at once."""

    idle: timedelta
    absolute: timedelta
    at_once: int


# OWASP ASVS 5.0 V7.3.1 and V7.3.2; NIST SP 800-63B (AAL2) allows 30 minutes and 12 hours, OWASP's cheat sheet 4 to 8 hours for an office day.
STAFF = Lasts(timedelta(minutes=30), timedelta(hours=8), 3)
OUTSIDE = Lasts(timedelta(minutes=15), timedelta(hours=8), 1)  # people whose devices and rooms are not ours
ADMIN = Lasts(timedelta(minutes=15), timedelta(hours=4), 1)

SEEN_EVERY = timedelta(minutes=1)

# OWASP ASVS 5.0 V6.3.1: slow guessing down without letting a stranger shut a colleague out for long.
FREE_FAILURES = 4
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
COUNTED = timedelta(hours=24)
LOCKED_AFTER = 50
# A school has one address for everyone, so this may not be lower.
ADDRESS_FAILURES = 60
ADDRESS_COUNTED = timedelta(minutes=10)
# UK GDPR art 5(1)(e): attempts are kept to slow guessing down and to look into an attack of the month, no longer.
ATTEMPTS_KEPT = timedelta(days=30)

# OWASP ASVS 5.0 V6.2.1, V6.2.9; NCSC: length instead of composition rules.
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128

FIRST_LINK_LASTS = timedelta(hours=48)
RESET_LINK_LASTS = timedelta(hours=1)


def lasts(actor: Actor) -> Lasts:
    """Return how long this person's sign-in lasts."""
    if any("system_admin" in grant.core for grant in actor.grants):
        return ADMIN
    return OUTSIDE if is_outside(actor) else STAFF
