"""The Henan plan by Polars: python polars_henan.py DIR OUT.parquet [ROUNDS] [THREADS]

The same way as in henan.sql, and exact under the same conditions. Amounts are 64-bit integers of fen inside: decimals would be slower, and
a product of two of them is rounded at the larger scale in silence.
"""

import os
import pathlib
import statistics
import sys
import time

os.environ["POLARS_MAX_THREADS"] = sys.argv[4] if len(sys.argv) > 4 else "2"
import polars as pl  # reads the number of threads when it is loaded

c, lit, when = pl.col, pl.lit, pl.when
STATE = [
    "row",
    "member_id",
    "claim_id",
    "event_date",
    "coverage_start",
    "counted",
    "accident",
    "death",
    "waits",
    "disability",
    "medical",
    "allowance",
]


def plan(folder, out):
    claims = pl.scan_parquet(folder / "claims.parquet")
    enrollments = pl.scan_parquet(folder / "enrollments.parquet")
    days_of = lambda date: (
        c(date).dt.year() * 512 + c(date).dt.month().cast(pl.Int32) * 32 + c(date).dt.day().cast(pl.Int32)
    )
    cause = c("cause").cast(pl.String)
    alone = (
        claims.join(enrollments, on="enrollment_id", how="inner", maintain_order="none")
        .with_columns(
            counted=c("shares").clip(upper_bound=2).cast(pl.Int64),
            fen=c("personal_burden").to_physical().cast(pl.Int64),
            accident=cause == "accident",
            sudden=cause == "sudden-death",
            death=c("death").fill_null(False),
            days=c("hospital_days").fill_null(0).cast(pl.Int64),
            age=days_of("coverage_start") - days_of("birth_date"),
            in_cover=(c("event_date") >= c("coverage_start")) & (c("event_date") <= c("coverage_end")),
            waits=((c("event_date") - c("coverage_start")).dt.total_days() < 30)
            & ((c("coverage_start") - c("previous_coverage_end")).dt.total_days() > 30).fill_null(True),
            over_before_start=(c("coverage_start") > c("coverage_end")).fill_null(False),
            born_later=(c("birth_date") > c("event_date")).fill_null(False)
            | (c("birth_date") > c("coverage_start")).fill_null(False),
        )
        .with_columns(
            of_age=(c("age") >= 16 * 512) & (c("age") < 61 * 512),
            other_cause=~(c("accident") | c("sudden")).fill_null(True),
            broken=c("over_before_start") | c("born_later"),
            disabled=(c("accident") & c("disability_grade").is_not_null()).fill_null(False),
            stays=(c("accident") & (c("days") > 0)).fill_null(False),
        )
        .with_columns(
            open=c("of_age") & c("in_cover") & (c("accident") | c("sudden")) & ~c("broken"),
            denied=(~c("of_age") | ~c("in_cover") | c("other_cause")).fill_null(False),
            disability=when("disabled")
            .then(500_000 * c("counted") * (11 - c("disability_grade").cast(pl.Int64)))
            .otherwise(0),
            medical=when("stays").then(pl.min_horizontal("fen", 1_000_000 * c("counted"))).otherwise(0),
            allowance=when("stays").then(5_000 * c("counted") * c("days").clip(upper_bound=100)).otherwise(0),
        )
        .with_columns(
            live=(c("open") & c("counted").is_not_null() & (c("fen").is_not_null() | ~c("stays"))).fill_null(False)
        )
        .with_columns(
            death_alone=when(c("death") & c("accident"))
            .then(5_000_000 * c("counted") - c("disability"))
            .when(c("death") & ~c("waits"))
            .then(5_000_000 * c("counted"))
            .otherwise(0),
        )
    )
    alone = (
        alone.select(
            "claim_id",
            "enrollment_id",
            "plan",
            *[name for name in STATE if name not in ("row", "claim_id")],
            "sudden",
            "over_before_start",
            "born_later",
            "broken",
            "open",
            "denied",
            "of_age",
            "in_cover",
            "other_cause",
            "disabled",
            "stays",
            "live",
            "death_alone",
            nothing_claimed=c("fen") == 0,
        )
        .collect()
        .with_row_index("row")
    )

    live = alone.lazy().filter("live")
    # Members with whom a claim may take from another.
    several = (
        live.group_by("member_id")
        .agg(
            pl.len().alias("claims"),
            c("counted").min(),
            c("medical").sum(),
            c("allowance").sum(),
            c("death").sum().alias("deaths"),
            (c("disability") > 0).sum().alias("disabilities"),
            (c("disability") + c("medical") + c("allowance") + c("death_alone")).sum().alias("all"),
        )
        .filter(
            (c("claims") > 1)
            & (
                (c("medical") > 1_000_000 * c("counted"))
                | (c("allowance") > 500_000 * c("counted"))
                | (c("all") > 6_500_000 * c("counted"))
                | (c("deaths") + c("disabilities") > 1)
            )
        )
        .select("member_id")
    )
    event, period, life = ["member_id", "event_date"], ["member_id", "coverage_start"], "member_id"
    limited = lambda so_far, amount, limit: pl.min_horizontal(so_far, limit) - pl.min_horizontal(so_far - amount, limit)
    state = (
        live.select(STATE)
        .join(several, on="member_id", how="semi")
        .sort("member_id", "event_date", "claim_id")
        .with_columns(
            disability_so_far=c("disability").cum_max().over(event),
            medical_so_far=c("medical").cum_sum().over(period),
            allowance_so_far=c("allowance").cum_sum().over(period),
        )
        .with_columns(now_disability=c("disability_so_far") - c("disability_so_far").shift(1, fill_value=0).over(event))
        .with_columns(
            now_others=c("now_disability")
            + limited(c("medical_so_far"), c("medical"), 1_000_000 * c("counted"))
            + limited(c("allowance_so_far"), c("allowance"), 500_000 * c("counted")),
            death_if_first=when(c("death") & c("accident"))
            .then((5_000_000 * c("counted") - c("disability_so_far")).clip(lower_bound=0))
            .when(c("death") & ~c("waits"))
            .then(5_000_000 * c("counted"))
            .otherwise(0),
        )
        .with_columns(others_before=c("now_others").cum_sum().over(period) - c("now_others"))
        .with_columns(may_be_paid=(c("death_if_first") > 0) & (c("others_before") < 6_500_000 * c("counted")))
        .with_columns(
            died_before=(c("may_be_paid").cast(pl.Int64).cum_sum().over(life) - c("may_be_paid").cast(pl.Int64)) > 0
        )
        .with_columns(now_death=when("died_before").then(0).otherwise(c("death_if_first")))
        .with_columns(now=c("now_death") + c("now_others"))
        .with_columns(so_far=c("now").cum_sum().over(period))
        .select(
            "row",
            "now_disability",
            "now_death",
            "died_before",
            "may_be_paid",
            "death",
            payable=limited(c("so_far"), c("now"), 6_500_000 * c("counted")),
        )
        .collect()
    )
    # Claims for a death after one that was paid, with shares missing: they do not need them.
    deaths = alone.lazy().filter("death", "open")
    paid_deaths = pl.concat(
        [
            deaths.join(state.lazy().filter(c("may_be_paid") & ~c("died_before")), on="row", how="semi"),
            deaths.filter(c("live") & (c("death_alone") > 0)).join(state.lazy(), on="row", how="anti"),
        ]
    )
    needless = (
        deaths.filter(c("counted").is_null())
        .join(paid_deaths, on="member_id", how="inner", suffix="_paid")
        .filter(
            (c("event_date_paid") < c("event_date"))
            | ((c("event_date_paid") == c("event_date")) & (c("claim_id_paid") < c("claim_id")))
        )
        .select("row")
        .collect()["row"]
    )
    state = state.drop("may_be_paid", "death").lazy()
    dies = c("death") & ~c("row").is_in(needless.implode())
    needed = c("stays") | c("disabled") | (c("accident") & dies) | (c("sudden") & dies & ~c("waits"))
    code = lambda condition, text: when(condition).then(lit(text))
    (
        alone.lazy()
        .join(state, on="row", how="left", maintain_order="none")
        .with_columns(
            died_before=c("died_before").fill_null(False),
            now_disability=pl.coalesce("now_disability", "disability"),
            now_death=pl.coalesce("now_death", "death_alone"),
            payable=pl.coalesce(
                "payable",
                when("live").then(
                    pl.min_horizontal(
                        c("death_alone") + c("disability") + c("medical") + c("allowance"), 6_500_000 * c("counted")
                    )
                ),
            ),
        )
        .with_columns(
            decision=code("broken", "pended")
            .when("denied")
            .then(lit("denied"))
            .when(c("open").is_null())
            .then(lit("pended"))
            .when(c("payable") > 0)
            .then(lit("paid"))
            .when(c("payable") == 0)
            .then(lit("nothing-due"))
            .when(needed)
            .then(lit("pended"))
            .otherwise(lit("nothing-due")),
        )
        .with_columns(
            nothing=pl.concat_str(
                when("disabled").then(
                    when(c("now_disability") == 0).then(lit("offset-by-others")).otherwise(lit("limit-reached"))
                ),
                when(c("death") & ~c("died_before")).then(
                    code(c("sudden") & c("waits"), "waiting-period")
                    .when(c("now_death") == 0)
                    .then(lit("offset-by-others"))
                    .otherwise(lit("limit-reached"))
                ),
                when("stays").then(
                    code("nothing_claimed", "nothing-claimed;limit-reached").otherwise(
                        lit("limit-reached;limit-reached")
                    )
                ),
                separator=";",
                ignore_nulls=True,
            ),
            refused=pl.concat_str(
                code("over_before_start", "cover-dates"),
                code("born_later", "birth-after-event"),
                code(~c("of_age"), "age-at-enrolment"),
                code(~c("in_cover"), "event-in-cover"),
                code("other_cause", "covered-cause"),
                code((c("decision") == "pended") & ~c("broken"), "missing-fact"),
                separator=";",
                ignore_nulls=True,
            ),
        )
        .select(
            "claim_id",
            "enrollment_id",
            c("plan").cast(pl.String),
            lit("1").alias("plan_version"),
            "decision",
            payable=when(c("decision") == "paid").then("payable").otherwise(0).cast(pl.Decimal(18, 0))
            * lit("0.01").cast(pl.Decimal(18, 2)),
            reasons=code(c("decision") == "paid", "")
            .when((c("decision") == "nothing-due") & (c("nothing") == ""))
            .then(lit("no-benefit-applies"))
            .when(c("decision") == "nothing-due")
            .then("nothing")
            .otherwise("refused"),
        )
        .sink_parquet(out, compression="snappy", statistics=False)
    )


folder, out = pathlib.Path(sys.argv[1]), sys.argv[2]
seconds, cpu = [], []
for _ in range(int(sys.argv[3]) if len(sys.argv) > 3 else 1):
    start, cpu_start = time.perf_counter(), time.process_time()
    plan(folder, out)
    seconds.append(time.perf_counter() - start)
    cpu.append(time.process_time() - cpu_start)
print(
    f"polars {pl.__version__}: median {statistics.median(seconds):.2f} s, least {min(seconds):.2f} s; processor {statistics.median(cpu):.2f} s"
)
