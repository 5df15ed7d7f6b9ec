"""Recorded payouts recomputed: as the program does, and stopped as it is."""

from __future__ import annotations

import csv
import json
from decimal import Decimal

import pytest

import huzhu

CASES = huzhu.examples.RULES / "cases"
FILES = [CASES / name for name in ("claims.csv", "enrollments.csv", "recorded.csv")]


def test_an_audit_is_that_of_the_program(catalog, program, tmp_path):
    claims, enrollments, recorded = FILES
    files = ["--claims", claims, "--enrollments", enrollments, "--recorded", recorded, "--out", tmp_path / "theirs.csv"]
    printed = json.loads(program("audit", *files, "--format", "json", "--lang", "en", good=(1,)))
    audited = catalog.audit(*FILES, tmp_path / "ours.csv", report=tmp_path / "report.html")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
    theirs = printed["recorded"]
    assert {name: getattr(audited, name) for name in theirs if name != "put_right"} == {
        name: number for name, number in theirs.items() if name != "put_right"
    }
    assert [(one.cause, one.count, one.over, one.under, one.title.en) for one in audited.causes] == [
        (one["cause"], one["count"], Decimal(one["over"]), Decimal(one["under"]), one["title"]) for one in printed["causes"]
    ]
    assert (audited.overpaid, audited.underpaid) == (Decimal(printed["overpaid"]), Decimal(printed["underpaid"]))
    with (tmp_path / "ours.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = [(row["claim_id"], row["recorded"], row["recomputed"], tuple(row["causes"].split(";"))) for row in csv.DictReader(file)]

    def amount(amount):
        return "" if amount is None else f"{amount:f}"

    ours = [(one.claim, amount(one.recorded), amount(one.recomputed), one.causes) for one in audited.differences]
    assert sorted(ours) == sorted(rows) and not audited.ok


def test_what_is_there_is_not_overwritten_unasked(catalog, tmp_path):
    out = tmp_path / "differences.csv"
    catalog.audit(*FILES, out)
    out.write_text("mine", "utf-8")
    with pytest.raises(huzhu.FileError):
        catalog.audit(*FILES, out)
    assert out.read_text("utf-8") == "mine"
    catalog.audit(*FILES, out, force=True)
    assert out.read_text("utf-8") != "mine"


def test_files_that_are_not_there_or_hold_floats(catalog, tmp_path):
    with pytest.raises(huzhu.FileError, match="nowhere.csv"):
        catalog.audit(tmp_path / "nowhere.csv", *FILES[1:], tmp_path / "out.csv")
    recorded = tmp_path / "recorded.csv"
    recorded.write_text("claim_id,amount\nC1,1.00\n", "utf-8")
    with pytest.raises(huzhu.ColumnsError, match="payable"):
        catalog.audit(*FILES[:2], recorded, tmp_path / "out.csv")
