-- The Henan accident plan in SQL, with every limit, as rules/henan-accident.toml has it. Variables: claims, enrollments, out.
--
-- It is exact as long as the covers of a member do not overlap and the shares of a cover do not change. Then:
-- * until the ceiling of a period is reached nothing is cut, and after that nothing is paid, so that what is due may be summed as if
--   there were no ceiling, and the ceiling cut from the sum;
-- * what one accident was paid for disability is the highest grade so far;
-- * the first death for which anything is due and any room is left is the only one that is paid, and no sum before it depends on it.
COPY (
WITH joined AS MATERIALIZED (
  SELECT
    claim_id, enrollment_id, plan, member_id, event_date, coverage_start, shares, personal_burden,
    disability_grade AS grade,
    cause = 'accident' AS accident,
    cause = 'sudden-death' AS sudden,
    coalesce(death, false) AS death,
    coalesce(hospital_days, 0) AS days,
    (year(coverage_start) * 512 + month(coverage_start) * 32 + day(coverage_start))
      - (year(birth_date) * 512 + month(birth_date) * 32 + day(birth_date)) AS age, -- in 512ths of a year
    event_date >= coverage_start AND event_date <= coverage_end AS in_cover,
    event_date - coverage_start < 30 AND coalesce(coverage_start - previous_coverage_end > 30, true) AS waits,
    coalesce(coverage_start > coverage_end, false) AS over_before_start,
    coalesce(birth_date > event_date, false) OR coalesce(birth_date > coverage_start, false) AS born_later
  FROM read_parquet(getvariable('claims')) AS claim JOIN read_parquet(getvariable('enrollments')) AS cover USING (enrollment_id)
),
judged AS (
  SELECT *,
    CASE WHEN shares > 2 THEN 2 ELSE shares END AS counted,
    age >= 16 * 512 AND age < 61 * 512 AS of_age,
    NOT coalesce(accident OR sudden, true) AS other_cause,
    over_before_start OR born_later AS broken
  FROM joined
),
eligible AS (
  SELECT *,
    of_age AND in_cover AND (accident OR sudden) AND NOT broken AS open, -- unknown where a fact is missing
    coalesce(NOT of_age OR NOT in_cover OR other_cause, false) AS denied
  FROM judged
),
-- What is due for a claim alone; nothing if it cannot be decided on its benefits.
alone AS (
  SELECT claim_id, enrollment_id, plan, member_id, event_date, coverage_start, accident, sudden, counted, death, waits, other_cause,
    over_before_start, born_later, broken, open, denied, of_age, in_cover,
    accident AND grade IS NOT NULL AS disabled, accident AND days > 0 AS stays, personal_burden = 0 AS nothing_claimed,
    coalesce(open AND counted IS NOT NULL AND (personal_burden IS NOT NULL OR NOT (accident AND days > 0)), false) AS live,
    CASE WHEN accident AND grade IS NOT NULL THEN 5000 * counted * (11 - grade) ELSE 0 END::DECIMAL(18, 2) AS disability,
    CASE WHEN stays THEN least(personal_burden, 10000 * counted) ELSE 0 END::DECIMAL(18, 2) AS medical,
    CASE WHEN stays THEN 50 * counted * least(days, 100) ELSE 0 END::DECIMAL(18, 2) AS allowance
  FROM eligible
),
-- Members with whom a claim may take from another: only they need windows.
several AS (
  SELECT member_id FROM alone WHERE live GROUP BY member_id
  HAVING count(*) > 1 AND (
    sum(medical) > min(10000 * counted) OR sum(allowance) > min(5000 * counted)
    OR sum(disability + medical + allowance) + count_if(death) * 50000 * max(counted) > min(65000 * counted)
    OR count_if(death) + count_if(disability > 0) > 1)
),
summed AS (
  SELECT *,
    max(disability) OVER of_event AS disability_so_far,
    sum(medical) OVER of_period AS medical_so_far,
    sum(allowance) OVER of_period AS allowance_so_far,
    coalesce(max(disability) OVER before_in_event, 0) AS disability_before
  FROM (FROM alone WHERE live) SEMI JOIN several USING (member_id)
  WINDOW
    of_event AS (PARTITION BY member_id, event_date ORDER BY claim_id ROWS UNBOUNDED PRECEDING),
    before_in_event AS (PARTITION BY member_id, event_date ORDER BY claim_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
    of_period AS (PARTITION BY member_id, coverage_start ORDER BY event_date, claim_id ROWS UNBOUNDED PRECEDING)
),
due AS (
  SELECT *,
    disability_so_far - disability_before AS now_disability,
    disability_so_far - disability_before
      + least(medical_so_far, 10000 * counted) - least(medical_so_far - medical, 10000 * counted)
      + least(allowance_so_far, 5000 * counted) - least(allowance_so_far - allowance, 5000 * counted) AS now_others,
    CASE WHEN death AND accident THEN greatest(50000 * counted - disability_so_far, 0)
         WHEN death AND NOT waits THEN 50000 * counted ELSE 0 END AS death_if_first
  FROM summed
),
with_room AS (
  SELECT *, sum(now_others) OVER of_period AS others_so_far,
    death_if_first > 0 AND others_so_far - now_others < 65000 * counted AS may_be_paid
  FROM due
  WINDOW of_period AS (PARTITION BY member_id, coverage_start ORDER BY event_date, claim_id ROWS UNBOUNDED PRECEDING)
),
with_death AS (
  SELECT *,
    coalesce(sum(may_be_paid::INT) OVER before_in_life, 0) > 0 AS died_before,
    CASE WHEN died_before THEN 0 ELSE death_if_first END AS now_death
  FROM with_room
  WINDOW before_in_life AS (PARTITION BY member_id ORDER BY event_date, claim_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
within_ceiling AS (
  SELECT *,
    sum(now_death + now_others) OVER of_period AS so_far,
    least(so_far, 65000 * counted) - least(so_far - now_death - now_others, 65000 * counted) AS payable
  FROM with_death
  WINDOW of_period AS (PARTITION BY member_id, coverage_start ORDER BY event_date, claim_id ROWS UNBOUNDED PRECEDING)
),
decided AS (
  SELECT COLUMNS(* EXCLUDE (disability_so_far, medical_so_far, allowance_so_far, disability_before, now_others, death_if_first, others_so_far, may_be_paid, so_far))
  FROM within_ceiling
  UNION ALL BY NAME
  SELECT *, false AS died_before, disability AS now_disability,
    CASE WHEN death AND accident THEN 50000 * counted - disability WHEN death AND NOT waits THEN 50000 * counted ELSE 0 END AS now_death,
    CASE WHEN live THEN least(now_death + disability + medical + allowance, 65000 * counted) END AS payable
  FROM alone ANTI JOIN (FROM several) USING (member_id)
  UNION ALL BY NAME
  SELECT *, false AS died_before, 0 AS now_disability, 0 AS now_death, NULL AS payable
  FROM (FROM alone WHERE NOT live) SEMI JOIN several USING (member_id)
),
-- Claims for a death after one that was paid, with shares missing: they do not need them.
needless AS (
  SELECT late.claim_id
  FROM (FROM alone WHERE NOT live AND open AND death AND counted IS NULL) late JOIN (
    SELECT member_id, event_date, claim_id FROM with_death WHERE may_be_paid AND NOT died_before
    UNION ALL
    SELECT member_id, event_date, claim_id FROM alone ANTI JOIN (FROM several) USING (member_id)
    WHERE live AND death AND CASE WHEN accident THEN disability < 50000 * counted ELSE NOT waits END
  ) paid USING (member_id)
  WHERE (paid.event_date, paid.claim_id) < (late.event_date, late.claim_id)
),
named AS (
  SELECT *,
    CASE
      WHEN broken THEN 'pended'
      WHEN denied THEN 'denied'
      WHEN open IS NULL THEN 'pended'
      WHEN payable > 0 THEN 'paid'
      WHEN payable = 0 THEN 'nothing-due'
      -- Shares or burden are missing: it matters if a benefit needs them.
      WHEN stays OR disabled THEN 'pended'
      WHEN death AND (accident OR sudden AND NOT waits) AND claim_id NOT IN (FROM needless) THEN 'pended'
      ELSE 'nothing-due'
    END AS decision
  FROM decided
)
SELECT claim_id, enrollment_id, plan, '1' AS plan_version, decision,
  (CASE decision WHEN 'paid' THEN payable ELSE 0 END)::DECIMAL(18, 2) AS payable,
  CASE decision
    WHEN 'paid' THEN ''
    WHEN 'nothing-due' THEN coalesce(nullif(concat_ws(';',
      CASE WHEN disabled THEN if(now_disability = 0, 'offset-by-others', 'limit-reached') END,
      CASE WHEN death AND NOT died_before THEN
        if(sudden AND waits, 'waiting-period', if(now_death = 0, 'offset-by-others', 'limit-reached')) END,
      CASE WHEN stays THEN if(nothing_claimed, 'nothing-claimed', 'limit-reached') || ';limit-reached' END),
      ''), 'no-benefit-applies')
    ELSE concat_ws(';',
      CASE WHEN over_before_start THEN 'cover-dates' END,
      CASE WHEN born_later THEN 'birth-after-event' END,
      CASE WHEN NOT of_age THEN 'age-at-enrolment' END,
      CASE WHEN NOT in_cover THEN 'event-in-cover' END,
      CASE WHEN other_cause THEN 'covered-cause' END,
      CASE WHEN decision = 'pended' AND NOT broken THEN 'missing-fact' END)
  END AS reasons
FROM named
) TO (getvariable('out')) (FORMAT parquet);
