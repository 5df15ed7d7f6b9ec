"""huzhu decides mutual-aid insurance claims, exactly and with reasons.

>>> import huzhu
>>> catalog = huzhu.Catalog.open(huzhu.examples.RULES)
>>> decided = catalog.plan("henan-accident").adjudicate(huzhu.examples.zhao())
>>> decided.decision.value, decided.payable
('paid', Decimal('7119.87'))
"""

from importlib.metadata import version as _version

from . import examples
from ._audit import Audited, CauseTotal, Difference
from ._catalog import Catalog, Order, Plan, Version
from ._curve import Curve, Piece, Turn
from ._folder import Checked, CheckedPack, RanCase, Tested, check, test, worked_cases
from ._tables import Decided, Observation, Table, no_postings
from .adjudication import (
    Adjudication,
    Assumption,
    Benefit,
    Decision,
    DerivedFact,
    Figure,
    Inapplicable,
    Line,
    Notice,
    PlanVersion,
    Reason,
)
from .certificates import Certificate, Verified, VerifiedBatch, verify
from .errors import (
    ArgumentError,
    CaseError,
    CertificateError,
    ColumnsError,
    EngineError,
    FactError,
    FileError,
    HistoryError,
    HuzhuError,
    PackError,
    PlanError,
    Problem,
    ValueTypeError,
)
from .text import Language, Text

__version__ = _version("huzhu")

__all__ = [
    "Adjudication",
    "ArgumentError",
    "Assumption",
    "Audited",
    "Benefit",
    "CaseError",
    "Catalog",
    "CauseTotal",
    "Certificate",
    "CertificateError",
    "Checked",
    "CheckedPack",
    "ColumnsError",
    "Curve",
    "Decided",
    "Decision",
    "DerivedFact",
    "Difference",
    "EngineError",
    "FactError",
    "Figure",
    "FileError",
    "HistoryError",
    "HuzhuError",
    "Inapplicable",
    "Language",
    "Line",
    "Notice",
    "Observation",
    "Order",
    "PackError",
    "Piece",
    "Plan",
    "PlanError",
    "PlanVersion",
    "Problem",
    "RanCase",
    "Reason",
    "Table",
    "Tested",
    "Text",
    "Turn",
    "ValueTypeError",
    "Verified",
    "VerifiedBatch",
    "Version",
    "check",
    "examples",
    "no_postings",
    "test",
    "verify",
    "worked_cases",
]
