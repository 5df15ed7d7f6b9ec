"""Reads lines and answers each at once: `judge HEX` whether scripts/verify.py finds that a file holds, with its programs and root; `again HEX` the
certificate with all that follows from its facts and earlier amounts."""
import io
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))
import verify  # noqa: E402


def judged(text):
    try:
        _, programs, root = verify.check(io.BytesIO(text))
        return f"holds {','.join(sorted(programs))} {root}"
    except verify.Flaw:
        return "refused"


def again(text):
    try:
        certificate = json.loads(text)
        program = verify.check_program(json.loads(json.dumps(certificate["program"])))
        facts = {name: verify.value_in(program["kinds"][name], value) for name, value in certificate["facts"].items()}
        priors = [verify.value_in("n", prior["value"]) for prior in certificate["priors"]]
        values = verify.evaluate(program, facts, priors)
        certificate["values"] = [verify.value_out(value) for value in values]
        certificate["conclusion"] = verify.conclude(program, values, [prior["missing"] for prior in certificate["priors"]])
        covered = {name: value for name, value in certificate.items() if name not in ("program", "digest", "inclusion")}
        certificate["digest"] = verify.hashed(verify.canonical(covered)).hex()
        return "again " + verify.canonical(certificate).decode()
    except Exception:  # a certificate of which nothing follows; whether it is refused for that is asked of the checker itself
        return "nothing follows"


sys.stdout.reconfigure(encoding="utf-8", newline="\n")
for line in sys.stdin:
    what, _, digits = line.partition(" ")
    print({"judge": judged, "again": again}[what](bytes.fromhex(digits)), flush=True)
