"""A folder of rule packs, and what can be asked of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from . import _audit, _curve, _huzhu, _tables, adjudication
from ._case import Written
from .certificates import Certificate
from .text import Language, Text

Order = Literal["by-event", "as-received"]


@dataclass(frozen=True)
class Version:
    """One version of a plan."""

    version: str
    title: Text
    since: date
    """The first day on which it holds."""
    until: date | None
    """The last one, if it has one."""
    fingerprint: str
    """SHA-256 of the pack."""
    benefits: tuple[str, ...]
    promises: tuple[Text, ...]
    """What is proven of it for every claim."""


class Plan:
    """A plan in all its versions; the dates of a case say which one decides, or ``plan_version`` of its enrollment.

    >>> import huzhu
    >>> plan = huzhu.Catalog.open(huzhu.examples.RULES).plan("guangdong-second-medical")
    >>> [version.version for version in plan.versions]
    ['2015', '2019', '2025-07']
    """

    def __init__(self, catalog: Catalog, id: str, versions: tuple[Version, ...]):
        self.catalog = catalog
        self.id = id
        self.versions = versions
        """From the earliest to the latest."""

    @property
    def title(self) -> Text:
        """What it is called, in its latest version."""
        return self.versions[-1].title

    @property
    def fingerprint(self) -> str:
        """Of its latest version."""
        return self.versions[-1].fingerprint

    @property
    def program_digest(self) -> str:
        """Of its latest version: what certificates of it hold."""
        return self.catalog._program_digest(self.id, self.versions[-1].version)

    def adjudicate(self, case: object, *, order: Order | None = None) -> adjudication.Adjudication:
        """Decides one claim under this plan; see :meth:`Catalog.adjudicate`. The enrollment need not name the plan."""
        return self.catalog._adjudicate(Written(case, self.id), order)

    def certify(self, case: object) -> Certificate:
        """Certifies one claim under this plan; see :meth:`Catalog.certify`."""
        return self.catalog._certify(Written(case, self.id))

    def curve(self, case: object, fact: str) -> _curve.Curve:
        """What a claim under this plan is paid for every value of a fact; see :meth:`Catalog.curve`."""
        return self.catalog._curve_of(Written(case, self.id), fact)

    def __repr__(self) -> str:
        return f"<huzhu.Plan {self.id}: {', '.join(version.version for version in self.versions)}>"


class Catalog:
    """Plans in all their versions. It is immutable, and threads share it: the engine works without the interpreter's lock.

    >>> import huzhu
    >>> catalog = huzhu.Catalog.open(huzhu.examples.RULES)
    >>> catalog.plan("henan-accident").title.en
    'Accident plan for workers in new forms of employment (Henan)'
    """

    def __init__(self, native: _huzhu.Catalog, language: Language):
        self._native = native
        self._language = language
        versions: dict[str, list[Version]] = {}
        for told in json.loads(native.plans()):
            versions.setdefault(told["id"], []).append(_version(told))
        self.plans: dict[str, Plan] = {id: Plan(self, id, tuple(of_plan)) for id, of_plan in versions.items()}
        """Every plan by its id."""

    @classmethod
    def open(cls, folder: str | os.PathLike[str], *, order: Order = "by-event", language: Language = "en") -> Catalog:
        """Reads and checks every rule pack of a folder.

        :param order: in which order a member's claims are decided: as the plan puts them, or as they are given.
        :param language: in which results are shown, where it is not said.
        :raises PackError: with all that is wrong in all files.
        :raises FileError: the folder or a file in it cannot be read.
        """
        Text("", "").of(language)
        return cls(_huzhu.Catalog.open(os.fspath(folder), order), language)

    def plan(self, called: str) -> Plan:
        """The plan of this id, else the only one of this title.

        :raises PlanError: there is none; it says which are near.
        """
        return self.plans[self._native.plan_called(called)]

    def adjudicate(self, case: object, *, order: Order | None = None) -> adjudication.Adjudication:
        """Decides one claim, on top of its history.

        A case is what a case file is: a dict, or a dataclass, with ``enrollment``, ``claim`` and, if there are some, ``history`` and ``other_covers``. A fact is a
        ``str``, an ``int``, a ``decimal.Decimal``, a ``datetime.date`` or a ``bool``; ``None`` is a fact that is not given. A missing fact is no error: the claim is pended and says
        what it needs.

        :raises ValueTypeError: a value is a ``float``, or of another type that no fact has.
        :raises CaseError: with all that is wrong, each with its place in the case.
        :raises HistoryError: the history cannot be.
        """
        return self._adjudicate(Written(case), order)

    def certify(self, case: object) -> Certificate:
        """Decides one claim and writes its working as a certificate, which :func:`huzhu.verify` checks without the engine.

        :raises CertificateError: a reversal has none, nor a claim that a joint limit cuts.
        """
        return self._certify(Written(case))

    def curve(self, case: object, fact: str) -> _curve.Curve:
        """What a claim is paid for every value of a fact, by its name or a title, all else as it is.

        :raises FactError: the plan reads no such fact, or it is no number.
        """
        return self._curve_of(Written(case), fact)

    def decide(
        self, claims: object, enrollments: object, postings: object | None = None, *, order: Order | None = None
    ) -> _tables.Decided:
        """Decides many claims, joined with their enrollments by ``enrollment_id``.

        Tables are anything with the Arrow PyCapsule interface: pyarrow, Polars, DuckDB, pandas. ``claims`` has ``claim_id``, ``enrollment_id`` and a column for each
        fact; ``enrollments`` has ``enrollment_id``, ``member_id``, ``plan`` and a column for each fact. Amounts are decimals, whole numbers or text; an empty value is a fact that is not
        given. A row that cannot be read or decided is among the rejects with its reason; rows in are rows decided and rows rejected.

        Without ``postings`` all claims of a member come together, and that is the quickest. With them (:func:`huzhu.no_postings` at first) claims are decided on what
        earlier calls have posted, and what is posted then is given back for the next call.

        :raises ColumnsError: a column is missing, unknown or of a type that its fact has not: a float above all.
        :raises HistoryError: postings that cannot be.
        """
        return _tables.decide(self._native, claims, enrollments, postings, order)

    def audit(
        self,
        claims: str | os.PathLike[str],
        enrollments: str | os.PathLike[str],
        recorded: str | os.PathLike[str],
        out: str | os.PathLike[str],
        *,
        in_fen: bool = False,
        ignore_columns: Iterable[str] = (),
        report: str | os.PathLike[str] | None = None,
        force: bool = False,
    ) -> _audit.Audited:
        """Recomputes what another system has paid, and sorts the differences by cause: from files to a file, as ``huzhu audit`` does, in bounded memory.

        Files are Parquet, CSV or workbooks, by their endings; ``recorded`` has ``claim_id`` and ``payable``. Stopped (by Ctrl-C, too) or killed, the same call goes on
        from where it was.

        :param in_fen: recorded amounts are in fen.
        :param report: writes a page in HTML for people, too.
        :param force: overwrites what is there.
        :raises FileError: a file cannot be read or written, or is there already.
        :raises ColumnsError: columns are missing, unknown, or hold floats.
        """
        told = self._native.audit(
            [os.fspath(path) for path in (claims, enrollments, recorded, out)],
            in_fen,
            list(ignore_columns),
            None if report is None else os.fspath(report),
            self._language == "zh",
            force,
        )
        return _audit.of_json(told)

    def __repr__(self) -> str:
        return f"<huzhu.Catalog: {', '.join(self.plans)}>"

    def _adjudicate(self, case: Written, order: Order | None) -> adjudication.Adjudication:
        zh, en = case.read_by(lambda text: self._native.adjudicate(text, order))
        return adjudication.of_json(zh, en, self._language)

    def _certify(self, case: Written) -> Certificate:
        text, digest = case.read_by(self._native.certify)
        return Certificate(text, digest)

    def _curve_of(self, case: Written, fact: str) -> _curve.Curve:
        return _curve.of_json(case.read_by(lambda text: self._native.curve(text, fact)), self._language)

    def _program_digest(self, plan: str, version: str) -> str:
        digest = self._native.program_digest(plan, version)
        assert digest is not None, "the version is one of the catalog"
        return digest


def _version(told: dict[str, Any]) -> Version:
    until = told["effective"].get("until")
    return Version(
        version=told["version"],
        title=Text(**told["title"]),
        since=date.fromisoformat(told["effective"]["from"]),
        until=date.fromisoformat(until) if until else None,
        fingerprint=told["fingerprint"],
        benefits=tuple(told["benefits"]),
        promises=tuple(Text(**promise) for promise in told["promises"]),
    )
