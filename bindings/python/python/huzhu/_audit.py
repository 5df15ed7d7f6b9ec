"""Recorded payouts recomputed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .text import Text


@dataclass(frozen=True)
class CauseTotal:
    """The differences of which this is the most likely cause."""

    cause: str
    """Its code; ``unexplained`` if none fits."""
    title: Text
    count: int
    over: Decimal
    """What was recorded too much, in yuan."""
    under: Decimal


@dataclass(frozen=True)
class Difference:
    """A recorded payout that is not what is due."""

    claim: str
    recorded: Decimal | None
    recomputed: Decimal | None
    """``None`` where nobody knows yet what is due."""
    causes: tuple[str, ...]
    """Every cause that explains it to the fen, the most likely first."""
    details: str


@dataclass(frozen=True)
class Audited:
    """What came of an audit: every recorded payout that was read is in one of the numbers."""

    read: int
    equal: int
    different: int
    again: int
    """Of a claim that was recorded before."""
    pended: int
    """Of a claim that waits, so that nobody knows what is due."""
    orphans: int
    """Of no claim that was decided."""
    ambiguous: int
    """Of a claim id that several claims have."""
    rejected: int
    """That could not be read."""
    not_recorded: int
    """Claims with something due that are not recorded."""
    overpaid: Decimal
    underpaid: Decimal
    recorded: Decimal
    """What is recorded of the matched payouts, in yuan."""
    recomputed: Decimal
    """What is due of them."""
    causes: tuple[CauseTotal, ...]
    differences: tuple[Difference, ...]
    """Every one, what nothing explains first, then the gravest; the file has them, too."""

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def of_json(told: str) -> Audited:
    """Of what the engine says."""
    audited: dict[str, Any] = json.loads(told)
    for key in ("overpaid", "underpaid", "recorded", "recomputed"):
        audited[key] = Decimal(audited[key])
    audited["causes"] = tuple(_cause(total) for total in audited["causes"])
    audited["differences"] = tuple(_difference(found) for found in audited["differences"])
    return Audited(**audited)


def _cause(told: dict[str, Any]) -> CauseTotal:
    return CauseTotal(**{**told, "title": Text(**told["title"]), "over": Decimal(told["over"]), "under": Decimal(told["under"])})


def _difference(told: dict[str, Any]) -> Difference:
    amounts = {key: None if told[key] is None else Decimal(told[key]) for key in ("recorded", "recomputed")}
    return Difference(**{**told, **amounts, "causes": tuple(told["causes"])})
