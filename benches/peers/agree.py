"""Compares results row by row: python agree.py BASELINE.parquet OTHER.parquet… (exit 1 if a decision or an amount differs)

Rows are matched by claim. Reasons are compared too, and differences in them counted; they do not fail.
"""

import sys

import duckdb

baseline, others = sys.argv[1], sys.argv[2:]
wrong = False
for other in others:
    count, missing, decisions, amounts, reasons = duckdb.execute(
        """
        SELECT count(*),
          count(*) FILTER (a.claim_id IS NULL OR b.claim_id IS NULL),
          count(*) FILTER (a.decision <> b.decision),
          count(*) FILTER (a.payable::DECIMAL(18, 2) <> b.payable::DECIMAL(18, 2)),
          count(*) FILTER (a.reasons <> b.reasons)
        FROM read_parquet(?) a FULL JOIN read_parquet(?) b USING (claim_id)
        """,
        [baseline, other],
    ).fetchone()
    print(
        f"{other}: {count} claims, {missing} in one file only, {decisions} other decisions, {amounts} other amounts, "
        f"{reasons} other reasons"
    )
    wrong |= missing + decisions + amounts > 0
sys.exit(wrong)
