"""What a setting plugin may answer. Hooks take and return frozen values; ``None`` always means the core default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pluggy

from intranet.extension.values import (
    Absence,
    Assessment,
    CaseFacts,
    Catalogue,
    Facts,
    Known,
    LadderStep,
    MarkChange,
    Objection,
    Partial,
    Place,
    Placement,
    Profile,
    Proposal,
    PupilFacts,
    Request,
    Setting,
    Slot,
    Step,
    Trigger,
)
from intranet.law.parameters import ParametersAt

PROJECT = "daymark"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class SettingHooks:
    """The hooks of one setting type; every argument is passed by keyword."""

    @hookspec
    def profile(self) -> Profile | None:  # type: ignore[empty-body]
        """Return what the setting type is called, whom it serves and its words. First result.

        .. versionadded:: 0.1
        """

    @hookspec
    def policy(self) -> Path | None:  # type: ignore[empty-body]
        """Return the folder of YAML files with the policy's parameters and document. First result.

        .. versionadded:: 0.1
        """

    @hookspec
    def catalogue(self) -> Catalogue | None:  # type: ignore[empty-body]
        """Return the codes, roles, placement models and record kinds of this setting type. First result.

        .. versionadded:: 0.1
        """

    @hookspec
    def sessions(  # type: ignore[empty-body]
        self, setting: Setting, day: date, placements: Sequence[Placement], params: ParametersAt
    ) -> Mapping[int, Sequence[Slot]] | None:
        """Return the sessions due on a day by pupil id; a pupil left out has none. First result.

        .. versionadded:: 0.1
        """

    @hookspec
    def propose_mark(self, slot: Slot, pupil: PupilFacts, known: Known, params: ParametersAt) -> Proposal | None:  # type: ignore[empty-body]
        """Return the mark to offer for a known fact such as an arrival time or granted leave. First result.

        .. versionadded:: 0.1
        """

    @hookspec
    def check_mark(self, setting: Setting, change: MarkChange, params: ParametersAt) -> Iterable[Objection]:  # type: ignore[empty-body]
        """Return objections to a mark; a block refuses it. Collected; a failing plugin refuses the mark.

        .. versionadded:: 0.1
        """

    @hookspec
    def assess(self, request: Request, params: ParametersAt) -> Assessment | None:  # type: ignore[empty-body]
        """Return whether an act may go ahead and what is missing. Collected: all must allow; a failing plugin refuses.

        .. versionadded:: 0.1
        """

    @hookspec
    def triggers(self, facts: Facts, params: ParametersAt) -> Iterable[Trigger]:  # type: ignore[empty-body]
        """Return what these facts about one pupil call for. Collected; a failing plugin falls back to the baseline.

        .. versionadded:: 0.1
        """

    @hookspec
    def contact_ladder(self, absence: Absence, params: ParametersAt) -> Sequence[LadderStep] | None:  # type: ignore[empty-body]
        """Return the steps of following up an unexplained absence, in order. First result; a failing plugin falls back to the core's.

        .. versionadded:: 0.1
        """

    @hookspec
    def case_steps(self, case: CaseFacts, params: ParametersAt) -> Sequence[Step] | None:  # type: ignore[empty-body]
        """Return the steps of a case as it stands: its type's own, changed, left out or added. First result; a failing plugin leaves the type's.

        .. versionadded:: 0.1
        """

    @hookspec
    def partials(self, place: Place, params: ParametersAt) -> Iterable[Partial]:  # type: ignore[empty-body]
        """Return what this setting type puts into a named slot of a page. Collected; a failing plugin shows one line.

        .. versionadded:: 0.1
        """
