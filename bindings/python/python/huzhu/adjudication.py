"""What becomes of a claim, with its reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from . import _page
from .text import Language, Text


class Decision(str, Enum):
    """What becomes of a claim; it equals its name as text."""

    PAID = "paid"
    NOTHING_DUE = "nothing-due"
    DENIED = "denied"
    PENDED = "pended"
    REVERSED = "reversed"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class PlanVersion:
    """The version of a plan that decided."""

    id: str
    version: str
    fingerprint: str
    """SHA-256 of the pack as it was read: two of one fingerprint decide alike."""


@dataclass(frozen=True)
class Line:
    """One step of a benefit: what it takes of what is due, and what it leaves."""

    step: str
    """The step's key in the pack, or ``rounding``."""
    takes: Decimal
    """Negative if it adds."""
    leaves: Decimal
    reason: Text
    clause: Text
    """Where it is written."""
    binding: bool
    """Whether it changed the amount."""
    applies: bool
    """Whether the step was worked; else its own condition is not met."""
    working: Text | None
    """The step with its numbers."""
    assumed: tuple[str, ...]
    """The names of everything assumed that it stands on."""


@dataclass(frozen=True)
class Benefit:
    """The waterfall of one benefit: ``gross`` is what its lines take and what is paid, to the last digit."""

    id: str
    title: Text
    clause: Text
    basis: Text
    """How the gross amount is worked out."""
    formula: Text | None
    """The same with its numbers, unless it is a single one."""
    gross: Decimal
    paid: Decimal
    lines: tuple[Line, ...]
    assumed: tuple[str, ...]


@dataclass(frozen=True)
class Inapplicable:
    """A benefit that does not apply, with what is not met."""

    id: str
    title: Text
    unmet: tuple[Text, ...]


@dataclass(frozen=True)
class Reason:
    """One reason why nothing is payable."""

    code: str
    text: Text
    clause: Text | None
    fact: str | None
    """The fact that is missing, if one is."""
    detail: str | None
    """The same for programs, or the facts that contradict each other with their values."""
    found: tuple[Text, ...]
    """What was found and what is wanted."""


@dataclass(frozen=True)
class Notice:
    """Something said of the claim beside its decision."""

    code: str
    text: Text
    holds: bool
    """Whether the claim is pended for it."""
    about: tuple[str, ...]


@dataclass(frozen=True)
class Assumption:
    """Something assumed that the decision stands on: to be verified before money moves."""

    name: str
    title: Text
    value: str | None


@dataclass(frozen=True)
class Figure:
    """A figure, table or bands of the pack with what they come to for the claim."""

    name: str
    title: Text
    value: Text | None
    because: tuple[Text, ...]
    provenance: str
    """How sure we are of it: its source."""
    clause: Text


@dataclass(frozen=True)
class DerivedFact:
    """A fact that follows from what the claim states."""

    fact: str
    title: Text
    value: Text
    formula: Text


@dataclass(frozen=True)
class Adjudication:
    """A decision with its reasons, in Chinese and English. It computes nothing: everything was said by the engine.

    >>> import huzhu
    >>> catalog = huzhu.Catalog.open(huzhu.examples.RULES)
    >>> decided = catalog.adjudicate(huzhu.examples.zhao())
    >>> decided.decision, decided.payable
    (<Decision.PAID: 'paid'>, Decimal('7119.87'))
    >>> for benefit in decided.benefits:
    ...     assert benefit.gross == sum(line.takes for line in benefit.lines) + benefit.paid
    >>> decided.benefits[0].lines[0].reason.zh
    '每份每年以10000元为限'
    """

    claim: str
    plan: PlanVersion
    decision: Decision
    payable: Decimal
    """In yuan; negative for a reversal and for that alone."""
    benefits: tuple[Benefit, ...]
    inapplicable: tuple[Inapplicable, ...]
    reasons: tuple[Reason, ...]
    notices: tuple[Notice, ...]
    assumptions: tuple[Assumption, ...]
    figures: tuple[Figure, ...]
    derived: tuple[DerivedFact, ...]
    next_yuan: dict[str, Decimal]
    """What one more yuan of an amount that the claim states would change."""
    said: dict[Language, dict[str, Any]] = field(repr=False)
    """The whole in each language as the engine said it: what ``huzhu adjudicate --format json`` prints."""
    language: Language = field(default="en", repr=False)
    """The language in which notebooks show it."""

    @property
    def lines(self) -> Iterator[tuple[Benefit, Line]]:
        """Every line with its benefit."""
        return ((benefit, line) for benefit in self.benefits for line in benefit.lines)

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts for want of which the claim is pended, by name."""
        return tuple(reason.fact for reason in self.reasons if reason.fact is not None)

    @property
    def fingerprint(self) -> str:
        """Of the pack that decided."""
        return self.plan.fingerprint

    @property
    def accumulators(self) -> dict[str, Any]:
        """What is posted under the plan once the claim is, by claim id; money is text."""
        posted: dict[str, Any] = self.said["en"].get("accumulators", {})
        return posted

    def to_dict(self, language: Language | None = None) -> dict[str, Any]:
        """The whole in one language, as ``huzhu adjudicate --format json`` prints it; money is text."""
        said: dict[str, Any] = json.loads(json.dumps(self.said[language or self.language]))
        return said

    def text(self, language: Language | None = None) -> str:
        """A page of text for people.

        >>> import huzhu
        >>> catalog = huzhu.Catalog.open(huzhu.examples.RULES)
        >>> print(catalog.adjudicate(huzhu.examples.zhao()).text("en").splitlines()[0])
        claim zhao-2025-01: paid, 7,119.87 yuan
        """
        return _page.text(self, language or self.language)

    def html(self, language: Language | None = None) -> str:
        """The same as HTML: no script, nothing from elsewhere, every text escaped."""
        return _page.html(self, language or self.language)

    def _repr_html_(self) -> str:
        return self.html()

    def __str__(self) -> str:
        return self.text()


def of_json(zh: str, en: str, language: Language) -> Adjudication:
    """Of what the engine says in both languages."""
    said: dict[Language, dict[str, Any]] = {"zh": json.loads(zh), "en": json.loads(en)}
    both = _Both(said["zh"], said["en"])
    plan = said["en"]["plan"]
    return Adjudication(
        claim=both["claim"],
        plan=PlanVersion(id=plan["id"], version=plan["version"], fingerprint=plan["fingerprint"]),
        decision=Decision(both["decision"]),
        payable=Decimal(both["payable"]),
        benefits=tuple(map(_benefit, both.each("benefits"))),
        inapplicable=tuple(
            Inapplicable(id=one["id"], title=one.text("title"), unmet=one.texts("unmet")) for one in both.each("inapplicable")
        ),
        reasons=tuple(map(_reason, both.each("reasons"))),
        notices=tuple(
            Notice(code=one["code"], text=one.text("text"), holds=one["holds"], about=one.names("about"))
            for one in both.each("notices")
        ),
        assumptions=tuple(
            Assumption(name=one["name"], title=one.text("title"), value=one.get("value")) for one in both.each("assumptions")
        ),
        figures=tuple(map(_figure, both.each("figures"))),
        derived=tuple(
            DerivedFact(fact=one["fact"], title=one.text("title"), value=one.text("value"), formula=one.text("formula"))
            for one in both.each("derived")
        ),
        next_yuan={one["fact"]: Decimal(one["change"]) for one in both.each("next_yuan")},
        said=said,
        language=language,
    )


class _Both:
    """One object in both languages, which differ in their texts alone."""

    def __init__(self, zh: dict[str, Any], en: dict[str, Any]):
        self.zh, self.en = zh, en

    def __getitem__(self, key: str) -> Any:
        return self.en[key]

    def get(self, key: str) -> Any:
        return self.en.get(key)

    def names(self, key: str) -> tuple[str, ...]:
        return tuple(self.en.get(key, ()))

    def text(self, key: str) -> Text:
        return Text(self.zh[key], self.en[key])

    def text_if_any(self, key: str) -> Text | None:
        return self.text(key) if key in self.en else None

    def texts(self, key: str) -> tuple[Text, ...]:
        return tuple(map(Text, self.zh.get(key, ()), self.en.get(key, ())))

    def each(self, key: str) -> Iterator[_Both]:
        return map(_Both, self.zh.get(key, ()), self.en.get(key, ()))


def _benefit(one: _Both) -> Benefit:
    return Benefit(
        id=one["id"],
        title=one.text("title"),
        clause=one.text("clause"),
        basis=one.text("basis"),
        formula=one.text_if_any("formula"),
        gross=Decimal(one["gross"]),
        paid=Decimal(one["paid"]),
        lines=tuple(map(_line, one.each("steps"))),
        assumed=one.names("assumed"),
    )


def _line(one: _Both) -> Line:
    return Line(
        step=one["step"],
        takes=Decimal(one["takes"]),
        leaves=Decimal(one["leaves"]),
        reason=one.text("reason"),
        clause=one.text("clause"),
        binding=one["binding"],
        applies=one.en.get("applies", True),
        working=one.text_if_any("working"),
        assumed=one.names("assumed"),
    )


def _reason(one: _Both) -> Reason:
    return Reason(
        code=one["code"],
        text=one.text("text"),
        clause=one.text_if_any("clause"),
        fact=one.get("fact"),
        detail=one.get("detail"),
        found=one.texts("found"),
    )


def _figure(one: _Both) -> Figure:
    return Figure(
        name=one["name"],
        title=one.text("title"),
        value=one.text_if_any("value"),
        because=one.texts("because"),
        provenance=one["provenance"],
        clause=one.text("clause"),
    )
