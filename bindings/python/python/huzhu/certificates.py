"""Certificates: a claim's working that can be checked without the engine."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import _huzhu
from .adjudication import Decision
from .errors import FileError
from .text import Text


@dataclass(frozen=True)
class Certificate:
    """The working of one claim, step by step, with the program that it was worked by."""

    text: str
    """Canonical JSON; all that a checker needs."""
    digest: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it to a file, as ``huzhu adjudicate --certificate`` does."""
        Path(path).write_bytes(f"{self.text}\n".encode())


@dataclass(frozen=True)
class Verified:
    """A certificate that holds."""

    claim: str
    enrollment: str
    member: str | None
    plan: str
    version: str
    decision: Decision
    payable: Decimal
    digest: str
    program_digest: str
    """Compare it with the one that is published beside the pack: a certificate holds by its own program."""
    root: str | None
    """The root of the batch that it proves to be one of."""


@dataclass(frozen=True)
class VerifiedBatch:
    """A batch of certificates that hold."""

    count: int
    moves: int
    root: str
    """Compare it with the one that was noted on the day."""
    program_digests: tuple[str, ...]


def verify(certificate: Certificate | bytes | str | os.PathLike[str]) -> Verified | VerifiedBatch:
    """Checks a certificate, or a batch of them, without the engine: its bytes, its text, or the path of its file.

    >>> import huzhu
    >>> catalog = huzhu.Catalog.open(huzhu.examples.RULES)
    >>> certificate = catalog.certify(huzhu.examples.zhao())
    >>> held = huzhu.verify(certificate)
    >>> held.payable, held.program_digest == catalog.plan("henan-accident").program_digest
    (Decimal('7119.87'), True)
    >>> huzhu.verify(certificate.text.replace("2019.87", "2019.88"))
    Traceback (most recent call last):
    huzhu.errors.CertificateError: ...

    :raises CertificateError: it does not hold, whatever was changed in it; ``place`` says where.
    """
    told: dict[str, Any] = json.loads(_huzhu.verify(_bytes(certificate)))
    if "count" in told:
        return VerifiedBatch(**{**told, "program_digests": tuple(told["program_digests"])})
    return Verified(**{**told, "decision": Decision(told["decision"]), "payable": Decimal(told["payable"])})


def _bytes(certificate: Certificate | bytes | str | os.PathLike[str]) -> bytes:
    if isinstance(certificate, Certificate):
        return certificate.text.encode()
    if isinstance(certificate, (bytes, bytearray, memoryview)):
        return bytes(certificate)
    if isinstance(certificate, str) and certificate.lstrip().startswith("{"):
        return certificate.encode()
    try:
        return Path(certificate).read_bytes()
    except OSError as fault:
        why = fault.strerror or str(fault)
        zh, en = f"`{certificate}` 读不出：{why}", f"`{certificate}` cannot be read: {why}"
        raise FileError.of("unreadable", str(certificate), Text(zh, en)) from fault
