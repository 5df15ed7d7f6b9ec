"""Reads texts, a JSON string on each line, and prints for each whether scripts/verify.py finds that it holds."""
import io
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))
import verify  # noqa: E402

for line in sys.stdin:
    try:
        verify.check(io.BytesIO(json.loads(line).encode()))
        print("holds")
    except verify.Flaw as flaw:
        print("refused:", str(flaw).replace("\n", " ")[:200])
