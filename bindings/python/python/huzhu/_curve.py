"""What a claim is paid for every value of one of its facts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .adjudication import Decision
from .text import Language, Text


@dataclass(frozen=True)
class Turn:
    """A rule that bends the curve."""

    text: Text
    clause: Text


@dataclass(frozen=True)
class Piece:
    """A part of the curve that is a straight line."""

    start: Decimal
    """The first value of the fact."""
    end: Decimal
    """The last one."""
    decision: Decision
    payable_start: Decimal
    payable_end: Decimal
    because: tuple[Turn, ...]
    """What turns where the piece begins; none for the first."""


@dataclass(frozen=True)
class Curve:
    """What a claim is paid for every value of a fact, all else as it is: exact at every value, not sampled.

    >>> import huzhu
    >>> catalog = huzhu.Catalog.open(huzhu.examples.RULES)
    >>> curve = catalog.curve(huzhu.examples.zhao(), "hospital_days")
    >>> curve.pieces[-1].start, curve.pieces[-1].payable_end
    (Decimal('101'), Decimal('12019.87'))
    """

    claim: str
    plan: Text
    fact: str
    title: Text
    kind: str
    unit: Text
    now: Decimal | None
    """The value in the claim."""
    payable_now: Decimal | None
    joint_limits_leave: Decimal | None
    """What joint limits leave, where the curve goes beyond."""
    pieces: tuple[Piece, ...]
    svg: Text = field(repr=False)
    """The drawing."""
    language: Language = field(default="en", repr=False)

    def _repr_html_(self) -> str:
        return self.svg.of(self.language)


def of_json(told: str, language: Language) -> Curve:
    """Of what the engine says."""
    curve: dict[str, Any] = json.loads(told)
    for key in ("plan", "title", "unit", "svg"):
        curve[key] = Text(**curve[key])
    for key in ("now", "payable_now", "joint_limits_leave"):
        curve[key] = None if curve[key] is None else Decimal(curve[key])
    curve["pieces"] = tuple(map(_piece, curve["pieces"]))
    return Curve(**curve, language=language)


def _piece(told: dict[str, Any]) -> Piece:
    return Piece(
        start=Decimal(told["from"]),
        end=Decimal(told["to"]),
        decision=Decision(told["decision"]),
        payable_start=Decimal(told["payable_from"]),
        payable_end=Decimal(told["payable_to"]),
        because=tuple(Turn(Text(**turn["text"]), Text(**turn["clause"])) for turn in told["because"]),
    )
