"""A folder of rule packs examined: checked, and its worked cases run."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from typing import Any

from . import _huzhu
from .errors import Problem, problem
from .text import Text


@dataclass(frozen=True)
class CheckedPack:
    """A pack that can be read."""

    path: str
    plan: str
    version: str
    title: Text
    since: date
    """The first day on which it holds."""
    until: date | None
    fingerprint: str
    program_digest: str
    promises: tuple[Text, ...]
    """What it promises; proven for every claim if the folder has no problems."""


@dataclass(frozen=True)
class Checked:
    """What the packs of a folder are, and all that is wrong with them."""

    packs: tuple[CheckedPack, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


@dataclass(frozen=True)
class RanCase:
    """A worked case that was run."""

    path: str
    plan: str
    rule: Text
    """The rule that its table shows."""
    id: str
    passed: bool


@dataclass(frozen=True)
class Tested:
    """What came of the worked cases of a folder."""

    cases: tuple[RanCase, ...]
    problems: tuple[Problem, ...]
    """Each cell that the engine does not agree with, and files that cannot be read."""

    @property
    def ok(self) -> bool:
        """Whether there are cases and every one of them passed."""
        return bool(self.cases) and not self.problems


def check(folder: str | os.PathLike[str]) -> Checked:
    """Checks every pack of a folder, its promises too; what is wrong is given and not raised.

    >>> import huzhu
    >>> checked = huzhu.check(huzhu.examples.RULES)
    >>> checked.ok, checked.packs[0].plan
    (True, 'gansu-comprehensive')

    :raises FileError: the folder cannot be read.
    """
    told = json.loads(_huzhu.check(os.fspath(folder)))
    return Checked(tuple(map(_pack, told["plans"])), tuple(map(problem, told["problems"])))


def test(folder: str | os.PathLike[str]) -> Tested:
    """Runs the worked cases that stand beside the packs of a folder.

    >>> import huzhu
    >>> tested = huzhu.test(huzhu.examples.RULES)
    >>> tested.ok, all(case.passed for case in tested.cases)
    (True, True)

    :raises PackError: the packs themselves are wrong.
    :raises FileError: the folder cannot be read.
    """
    told = json.loads(_huzhu.test(os.fspath(folder)))
    cases = (RanCase(**{**case, "rule": Text(**case["rule"])}) for case in told["cases"])
    return Tested(tuple(cases), tuple(map(problem, told["problems"])))


test.__test__ = False  # type: ignore[attr-defined]  # pytest takes the name for a test of its own


def worked_cases(folder: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """The worked cases of a folder, each as a case to adjudicate: examples of every rule.

    >>> import huzhu
    >>> catalog = huzhu.Catalog.open(huzhu.examples.RULES)
    >>> decided = [catalog.adjudicate(case) for case in huzhu.worked_cases(huzhu.examples.RULES)[:3]]
    >>> [len(one.benefits) > 0 for one in decided]
    [True, True, True]
    """
    return [json.loads(case) for _, case in _huzhu.worked_cases(os.fspath(folder))]


def _pack(told: dict[str, Any]) -> CheckedPack:
    plan = told["plan"]
    until = plan["effective"].get("until")
    return CheckedPack(
        path=told["path"],
        plan=plan["id"],
        version=plan["version"],
        title=Text(**plan["title"]),
        since=date.fromisoformat(plan["effective"]["from"]),
        until=date.fromisoformat(until) if until else None,
        fingerprint=plan["fingerprint"],
        program_digest=told["program_digest"],
        promises=tuple(Text(**promise) for promise in plan["promises"]),
    )
