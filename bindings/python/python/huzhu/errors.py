"""What is refused, and why.

Every exception of this package is a :class:`HuzhuError`. It holds all that is wrong as :class:`Problem` s, and of the first its ``code``, ``place`` and
``message``. A claim that lacks a fact, or that is denied, is no error: that is a decision.

>>> import huzhu
>>> catalog = huzhu.Catalog.open(huzhu.examples.RULES)
>>> try:
...     catalog.plan("henan-acident")
... except huzhu.PlanError as error:
...     print(error.code, "|", error.message.en)
plan | there is no plan `henan-acident`; did you mean `henan-accident`?
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Callable

from .text import Language, Text


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong."""

    code: str
    """A stable code; ``huzhu explain CODE`` prints its page."""
    place: str
    """Where: ``claim.hospital_days`` of a case, ``rules/my-plan.toml:3:5`` of a pack, else a file or an argument; empty if it is nowhere."""
    message: Text
    """What is wrong, in one line."""
    help: tuple[Text, ...] = ()
    """What to do about it."""
    shown: Text | None = None
    """The lines of the file that it is about, the place underlined."""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return "\n".join([f"{where}{self.message.en}", *(f"  help: {help.en}" for help in self.help)])


class HuzhuError(Exception):
    """The root of all that this package raises."""

    def __init__(self, problems: tuple[Problem, ...]):
        super().__init__(problems)
        self.problems = problems

    @property
    def code(self) -> str:
        """The code of the first problem."""
        return self.problems[0].code

    @property
    def place(self) -> str:
        """The place of the first problem."""
        return self.problems[0].place

    @property
    def message(self) -> Text:
        """The message of the first problem."""
        return self.problems[0].message

    def text(self, language: Language = "en") -> str:
        """All problems, with the lines that they are about where there are some."""
        return "\n\n".join((problem.shown or problem.message).of(language) for problem in self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))

    @classmethod
    def of(cls, code: str, place: str, message: Text) -> HuzhuError:
        """With one problem."""
        return cls((Problem(code, place, message),))

    @classmethod
    def of_json(cls, problems: str) -> HuzhuError:
        """As the engine writes its problems."""
        return cls(tuple(map(problem, json.loads(problems))))

    def placed(self, place_of: Callable[[str], str]) -> HuzhuError:
        """The same, with every place as somebody else calls it; without the lines, which that one has not seen."""
        return type(self)(tuple(replace(problem, place=place_of(problem.place), shown=None) for problem in self.problems))


class ArgumentError(HuzhuError, ValueError):
    """An argument is none of those that there are."""


class CaseError(HuzhuError, ValueError):
    """A case cannot be read: a fact that nobody knows, a value that does not fit, an id that is missing."""


class ValueTypeError(HuzhuError, TypeError):
    """A value is of a type that no fact has: a ``float`` above all, which holds no decimal amount exactly."""


class ColumnsError(HuzhuError, ValueError):
    """The columns of a table are not those of claims or enrollments: one is missing, unknown, or of a type that its fact has not."""


class FactError(HuzhuError, ValueError):
    """There is no such fact, or it cannot have this value."""


class PlanError(HuzhuError, LookupError):
    """There is no such plan, or no version of it that holds at the date."""


class HistoryError(HuzhuError, ValueError):
    """A history that cannot be: two claims of one id, a reversal of what was never decided, a posting of somebody else."""


class PackError(HuzhuError, ValueError):
    """Rule packs are wrong; ``text()`` shows every line that is meant."""

    def __str__(self) -> str:
        return self.text("en")


class CertificateError(HuzhuError, ValueError):
    """A certificate does not hold or is none, or none can be written."""


class FileError(HuzhuError, OSError):
    """A file or a folder cannot be read or written."""


class EngineError(HuzhuError, RuntimeError):
    """The engine itself is wrong. It stops before it gives an amount that may be wrong; please tell its maintainers."""


def problem(told: dict[str, Any]) -> Problem:
    """A problem as the engine writes it."""
    place = told["path"]
    if "line" in told:
        place = f"{place}:{told['line']}:{told['column']}"
    shown = told.get("shown")
    return Problem(
        code=told["code"],
        place=place,
        message=Text(**told["message"]),
        help=tuple(Text(**help) for help in told.get("help", ())),
        shown=Text(**shown) if shown else None,
    )
