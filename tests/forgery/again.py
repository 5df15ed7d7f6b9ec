"""Reads certificates with other facts or earlier amounts, one on each line, and works each out again with all its digests: what a forger would write
who keeps to the program and changes nothing but what it is asked of."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))
import verify  # noqa: E402

for line in sys.stdin:
    certificate = json.loads(line)
    written = json.dumps(certificate["program"])
    program = verify.check_program(json.loads(written))
    facts = {name: verify.value_in(program["kinds"][name], value) for name, value in certificate["facts"].items()}
    priors = [verify.value_in("n", prior["value"]) for prior in certificate["priors"]]
    values = verify.evaluate(program, facts, priors)
    certificate["values"] = [verify.value_out(value) for value in values]
    certificate["conclusion"] = verify.conclude(program, values, [prior["missing"] for prior in certificate["priors"]])
    covered = {name: value for name, value in certificate.items() if name not in ("program", "digest", "inclusion")}
    certificate["digest"] = verify.hashed(verify.canonical(covered)).hex()
    sys.stdout.buffer.write(verify.canonical(certificate) + b"\n")
