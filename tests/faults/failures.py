"""Things that go wrong between a teacher and the stored register; each ends with every mark stored, once, or says which was lost."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from intranet import store
from intranet.settings.context import context
from tests.fixtures.served import MONDAY, Live

SAVED = "[data-save-state][data-state=saved]"
PROBLEM = "[data-save-state][data-state=problem]"
PASSWORD = "a long enough password"


class Lost(AssertionError):
    """A mark that a teacher entered is not stored, or is stored twice."""


@dataclass
class Scene:
    """A teacher's page on a register of its own, and what they entered."""

    live: Live
    day: date
    rng: random.Random
    scripts: bool = True
    wanted: dict[int, str] = field(default_factory=dict)
    saves: int = 1

    def __post_init__(self) -> None:
        self.live.at("09:00", self.day)
        self.path = self.live.school.academy.register(day=self.day)
        self.page = self.live.teacher(self.path, java_script_enabled=self.scripts)
        self.page.on("dialog", lambda dialog: dialog.accept())

    def enter(self) -> None:
        """Mark a few pupils, by key or by click."""
        rows = self.rng.sample(range(1, 31), self.rng.randint(2, 4))
        for row in rows:
            self.wanted[row] = self.rng.choice("NL/")
            self._key(row) if self.scripts else self._click(row)

    def _key(self, row: int) -> None:
        self.page.locator("tbody tr.is-current [data-cell], tbody tr [data-cell]").first.focus()
        for key in f"{row}{self.wanted[row]}":
            self.page.keyboard.press(key)
        if self.wanted[row] == "L":
            self.page.keyboard.press("Enter")

    def _click(self, row: int) -> None:
        self.page.locator(f"tbody tr:nth-child({row}) input[type=radio][value='{self.wanted[row]}']").check(force=True)

    def save(self) -> None:
        """Press the button that saves, whatever it says now."""
        self.page.locator("button[data-save]").click()

    def failed(self) -> None:
        """Wait until the page says that it is not saved."""
        self.page.locator(PROBLEM).wait_for()

    def saved(self) -> None:
        """Wait until the page says that it is."""
        self.page.locator(SAVED).wait_for()

    def check(self) -> None:
        """Raise Lost unless every mark is stored as entered, by as many saves as there should be, and the device holds none."""
        stored = self.live.marks()
        if stored != self.wanted:
            raise Lost(f"entered {self.wanted}, stored {stored}")
        saves = self.live.saves()
        if saves != self.saves:
            raise Lost(f"{saves} saves were stored where {self.saves} should be")
        kept = self.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('daymark-register'))") if self.scripts else []
        if kept:
            raise Lost(f"the device still holds {kept}")


def a_server_error(scene: Scene) -> None:
    """A proxy answers 500, once or twice, before the app is reached."""
    scene.live.faults.plan = ["fails_before"] * scene.rng.choice((1, 2))
    scene.enter()
    scene.save()
    while scene.live.faults.plan:
        scene.failed()
        scene.save()
    scene.saved()


def an_answer_lost_at_the_gateway(scene: Scene) -> None:
    """The app stores, the gateway answers 502; trying again stores nothing twice."""
    scene.live.faults.plan = ["fails_after"]
    scene.enter()
    scene.save()
    scene.failed()
    scene.save()
    scene.saved()


def our_own_fault(scene: Scene) -> None:
    """The program behind the page breaks."""
    scene.live.faults.plan = ["breaks"]
    scene.enter()
    scene.save()
    scene.failed()
    scene.save()
    scene.saved()


def no_answer_in_time(scene: Scene, kind: str = "hangs_before") -> None:
    """No answer comes within the time the page waits."""
    scene.live.faults.release.clear()
    scene.page.clock.install()
    scene.page.reload()
    scene.live.faults.plan = [kind]
    scene.enter()
    scene.save()
    scene.page.locator("[data-save-state][data-state=saving]").wait_for()
    scene.page.clock.fast_forward(11_000)
    scene.failed()
    scene.live.faults.release.set()
    scene.save()
    scene.saved()


def stored_but_no_answer_in_time(scene: Scene) -> None:
    """The app stores at once, and the answer does not come in time."""
    no_answer_in_time(scene, "hangs_after")


def offline(scene: Scene) -> None:
    """The network goes; the page sends by itself when it is back."""
    scene.page.context.set_offline(True)
    scene.enter()
    scene.save()
    scene.failed()
    scene.page.context.set_offline(False)
    scene.saved()


def a_cut_connection(scene: Scene) -> None:
    """The connection breaks on the way to the app."""
    scene.page.route("**/registers/**", lambda route: route.abort("connectionreset") if route.request.method == "POST" else route.continue_(), times=1)
    scene.enter()
    scene.save()
    scene.failed()
    scene.save()
    scene.saved()


def a_cut_answer(scene: Scene) -> None:
    """The connection breaks on the way back: the app has stored."""

    def cut(route):
        route.fetch()
        route.abort("connectionreset")

    scene.page.route("**/registers/**", cut, times=1)
    scene.enter()
    scene.save()
    scene.failed()
    scene.save()
    scene.saved()


def marks_after_a_failure(scene: Scene) -> None:
    """The save fails, the teacher goes on marking and saves again: the old marks and the new ones are stored."""
    scene.live.faults.plan = [scene.rng.choice(("fails_before", "fails_after"))]
    scene.enter()
    scene.save()
    scene.failed()
    scene.enter()
    scene.save()
    scene.saved()
    scene.page.locator("form[data-register]:not([data-dirty])").wait_for()
    scene.saves = 2


def marks_while_the_save_is_on_its_way(scene: Scene) -> None:
    """The answer is slow and the teacher goes on marking, and saves again before it comes."""
    scene.live.faults.release.clear()
    scene.live.faults.plan = ["slow"]
    scene.enter()
    scene.save()
    scene.page.locator("[data-save-state][data-state=saving]").wait_for()
    scene.enter()
    scene.page.keyboard.press("Control+Enter")
    scene.live.faults.release.set()
    scene.page.locator("form[data-register]:not([data-dirty])").wait_for()
    scene.saved()
    scene.saves = 2


def an_ended_sign_in(scene: Scene) -> None:
    """The sign-in has ended; the teacher signs in again in another tab and comes back to the page."""
    scene.enter()
    _end_sign_in(scene)
    scene.save()
    scene.failed()
    other = scene.page.context.new_page()
    other.goto("/sign-in/again/")
    _sign_in(scene, other)
    other.wait_for_load_state()
    scene.page.bring_to_front()
    scene.page.evaluate("dispatchEvent(new Event('focus'))")
    scene.saved()


def a_form_token_that_does_not_fit(scene: Scene) -> None:
    """Somebody signed out and in again in another tab: the page's token is an old one."""
    scene.enter()
    cookies = [one for one in scene.page.context.cookies() if one["name"] != "session"]
    scene.page.context.clear_cookies()
    scene.page.context.add_cookies(cookies)
    scene.save()
    scene.saved()


def a_double_click(scene: Scene) -> None:
    """The button is pressed twice, and the key once more."""
    scene.enter()
    scene.page.locator("button[data-save]").dblclick()
    scene.page.keyboard.press("Control+Enter")
    scene.saved()
    scene.page.wait_for_load_state("networkidle")


def the_back_button(scene: Scene) -> None:
    """The teacher leaves the page with marks that are not saved, and comes back."""
    scene.enter()
    scene.page.goto("/help/")
    scene.page.go_back()
    scene.failed()  # the marks are back and said not to be saved
    scene.save()
    scene.saved()


def a_closed_tab(scene: Scene) -> None:
    """The tab closes, or the tablet falls asleep, before the save."""
    scene.enter()
    old, scene.page = scene.page, scene.page.context.new_page()
    old.close()
    scene.page.goto(scene.path)
    scene.failed()
    scene.save()
    scene.saved()


def a_reload_while_it_fails(scene: Scene) -> None:
    """The save fails and the teacher reloads the page."""
    scene.live.faults.plan = [scene.rng.choice(("fails_before", "fails_after"))]
    scene.enter()
    scene.save()
    scene.failed()
    scene.page.reload()
    scene.page.locator("[data-cell] input:checked").first.wait_for(state="attached")
    scene.save()
    scene.saved()


def back_after_the_save(scene: Scene) -> None:
    """The register is saved; the teacher goes elsewhere, back, and saves once more."""
    scene.enter()
    scene.save()
    scene.saved()
    scene.page.goto("/help/")
    scene.page.go_back()
    scene.page.locator("button[data-save]").wait_for()
    scene.save()
    scene.saved()


# ------------------------------------------------------------------ without scripts


def plain_sign_in_again(scene: Scene) -> None:
    """Without scripts: the sign-in ended, the page keeps the entries and sends them after signing in."""
    scene.enter()
    _end_sign_in(scene)
    scene.save()
    _sign_in(scene, scene.page)
    scene.page.get_by_role("button", name="Send my entries").click()
    scene.page.get_by_text("Register saved").wait_for()


def plain_server_error(scene: Scene) -> None:
    """Without scripts: a proxy's error page; reloading sends the form again."""
    scene.live.faults.plan = [scene.rng.choice(("fails_before", "fails_after"))]
    scene.enter()
    scene.save()
    scene.page.get_by_text("Proxy says no").wait_for()
    scene.page.reload()
    scene.page.get_by_text("Register saved").wait_for()


def plain_double_post(scene: Scene) -> None:
    """Without scripts: back to the form after the save, and the same form is sent again."""
    scene.enter()
    body = scene.page.locator("form[data-register]").evaluate("form => new URLSearchParams(new FormData(form)).toString()")
    scene.save()
    scene.page.get_by_text("Register saved").wait_for()
    scene.page.request.post(scene.path, data=body + "&act=save", headers={"Content-Type": "application/x-www-form-urlencoded"})


def _end_sign_in(scene: Scene) -> None:
    scene.live.end_sign_ins(scene.live.school.academy.people["teacher"])


def _sign_in(scene: Scene, page) -> None:
    page.get_by_label(re.compile("E-?mail", re.I)).fill(scene.live.email(scene.live.school.academy.people["teacher"], PASSWORD))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in again").click()


PLAIN = (plain_sign_in_again, plain_server_error, plain_double_post)
FAILURES: tuple[Callable[[Scene], None], ...] = (
    a_server_error, an_answer_lost_at_the_gateway, our_own_fault, no_answer_in_time, stored_but_no_answer_in_time, offline, a_cut_connection,
    a_cut_answer, marks_after_a_failure, marks_while_the_save_is_on_its_way, an_ended_sign_in, a_form_token_that_does_not_fit, a_double_click,
    the_back_button, a_closed_tab, a_reload_while_it_fails, back_after_the_save, *PLAIN,
)  # fmt: skip


def school_days(live: Live):
    """Yield school days from the Monday on: each failure has a register of its own."""
    with live.app.app_context(), store.scope([live.school.academy.id]):
        calendar = context(live.school.academy.id).calendar
    day = MONDAY
    while True:
        if calendar.is_session_day(day, "AM"):
            yield day
        day += timedelta(days=1)


def play(live: Live, failure: Callable[[Scene], None], day: date, seed: int) -> None:
    """Let one thing go wrong and look for lost marks."""
    scene = Scene(live, day, random.Random(seed), scripts=failure not in PLAIN)
    try:
        failure(scene)
        scene.check()
    except Exception as broken:
        raise Lost(f"{failure.__name__} (seed {seed}): {broken}") from broken
    finally:
        scene.page.context.close()
        live.contexts.remove(scene.page.context)


__all__ = ["FAILURES", "Lost", "play", "school_days"]
