"""The Henan plan by DuckDB: python duckdb_henan.py DIR OUT.parquet [ROUNDS] [THREADS]"""

import pathlib
import statistics
import sys
import time

import duckdb

folder, out = pathlib.Path(sys.argv[1]), sys.argv[2]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 1
threads = int(sys.argv[4]) if len(sys.argv) > 4 else 2
sql = (pathlib.Path(__file__).parent / "henan.sql").read_text()
seconds, cpu = [], []
for _ in range(rounds):
    database = duckdb.connect()
    database.execute(f"SET threads = {threads}; SET preserve_insertion_order = false")
    for name, path in [
        ("claims", folder / "claims.parquet"),
        ("enrollments", folder / "enrollments.parquet"),
        ("out", out),
    ]:
        database.execute(f"SET VARIABLE {name} = '{path}'")
    start, cpu_start = time.perf_counter(), time.process_time()
    database.execute(sql)
    seconds.append(time.perf_counter() - start)
    cpu.append(time.process_time() - cpu_start)
    database.close()
print(
    f"duckdb {duckdb.__version__}: median {statistics.median(seconds):.2f} s, least {min(seconds):.2f} s; processor {statistics.median(cpu):.2f} s"
)
