"""Splink by its documented recipe, without anything of ours.

    python peers_splink.py SET OUT febrl|crm THRESHOLD ACROSS

For `febrl` the settings are those of its demos of Febrl 3 (within one set) and
Febrl 4 (between two), for `crm` those of its demo of 50,000 persons, brought to
the columns of a CRM: names together, birth date, e-mail, telephone, postcode,
street, town, gender; seven ways of blocking. THRESHOLD may have "few" after it:
without telephone, street and gender, as near to the demo as can be.
"""

import json
import logging
import resource
import sys
import time
import warnings
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

logging.disable(logging.CRITICAL)
warnings.filterwarnings("ignore")


def febrl(con, across):
    has_ssn = con.execute("SELECT count(soc_sec_id) FROM peer").fetchone()[0] > 0
    ssn_block = [block_on("soc_sec_id")] if has_ssn else []
    swapped = "l.given_name = r.surname and l.surname = r.given_name"
    if across:
        blocks = [
            block_on("given_name", "surname"), swapped, block_on("date_of_birth"), *ssn_block,
            block_on("state", "address_1"), block_on("street_number", "address_1"),
            block_on("postcode"),
        ]  # fmt: skip
        comparisons = [
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d",
                invalid_dates_as_null=True,
            ),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
                term_frequency_adjustments=True
            ),
        ]  # fmt: skip
        ssn = cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2])
    else:
        blocks = [
            *ssn_block, block_on("given_name"), block_on("surname"), block_on("date_of_birth"),
            block_on("postcode"),
        ]  # fmt: skip
        comparisons = [
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d"
            ),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ]
        ssn = cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2])
    sure = [*ssn_block, block_on("given_name", "surname", "date_of_birth")]
    if not across:
        sure.append(f"{swapped} and l.date_of_birth = r.date_of_birth")
    return blocks, comparisons + [ssn] * has_ssn, sure, 0.8 if across else 0.9, 1e6


def crm(con, few):
    blocks = [
        block_on("substr(first_name,1,3)", "substr(last_name,1,4)"),
        block_on("last_name", "date_of_birth"), block_on("first_name", "date_of_birth"),
        block_on("postcode", "first_name"), block_on("postcode", "last_name"),
        block_on("email"), block_on("phone", "first_name"),
    ]  # fmt: skip
    comparisons = [
        cl.ForenameSurnameComparison(
            "first_name", "last_name", forename_surname_concat_col_name="full_name"
        ),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, invalid_dates_as_null=True),
        cl.EmailComparison("email"),
        cl.LevenshteinAtThresholds("phone", [1]),
        cl.PostcodeComparison("postcode"),
        cl.JaroWinklerAtThresholds("street", [0.9]),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.ExactMatch("gender"),
    ]
    sure = [
        block_on("first_name", "last_name", "date_of_birth"),
        block_on("email", "last_name"),
        block_on("date_of_birth", "postcode"),
    ]
    if few:
        comparisons = [comparisons[i] for i in (0, 1, 2, 4, 6)]
    return blocks, comparisons, sure, 0.6, 1e7


def main(folder, out, shape, threshold, across):
    folder, out, across = Path(folder), Path(out), across == "1"
    began = time.perf_counter()
    con = duckdb.connect()
    con.execute(
        f"CREATE TABLE peer AS SELECT *, row_number() OVER () - 1 AS n FROM "
        f"read_csv('{folder / 'peer.csv'}', header=true, all_varchar=true)"
    )
    if shape == "crm":
        con.execute("ALTER TABLE peer ADD COLUMN full_name VARCHAR")
        con.execute("UPDATE peer SET full_name = first_name || ' ' || last_name")
    blocks, comparisons, sure, recall, sampled = (
        febrl(con, across) if shape == "febrl" else crm(con, "few" in threshold)
    )
    settings = SettingsCreator(
        unique_id_column_name="n",
        link_type="link_only" if across else "dedupe_only",
        blocking_rules_to_generate_predictions=blocks,
        comparisons=comparisons,
    )
    api = DuckDBAPI(connection=con)
    tables = (
        [f"SELECT * FROM peer WHERE system = '{s}'" for s in "ab"]
        if across
        else ["SELECT * FROM peer"]
    )
    frames = [api.register(con.execute(t).to_arrow_table()) for t in tables]
    linker = Linker(frames if across else frames[0], settings)
    linker.training.estimate_probability_two_random_records_match(sure, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=sampled, seed=2)
    for rule in ("date_of_birth", "postcode"):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(rule), estimate_without_term_frequencies=shape == "crm" or across
        )
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    limit = float(threshold.split()[0])
    name = predicted.physical_name
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=limit
    )
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tab = "'people'" if shape == "febrl" else "'contacts'"
    con.execute(
        f"COPY (SELECT n, system, {tab} AS tab, rec_id AS key FROM peer) "
        f"TO '{out / 'records.parquet'}'"
    )
    con.execute(
        f"COPY (SELECT least(n_l, n_r) AS l, greatest(n_l, n_r) AS r, match_weight AS weight, "
        f"match_probability AS probability, '' AS rule, CASE WHEN match_probability >= {limit} "
        f"THEN 'same' ELSE 'different' END AS state FROM {name}) TO '{out / 'scored.parquet'}'"
    )
    con.execute(
        f"COPY (SELECT n, cluster_id AS thing FROM {clusters.physical_name}) "
        f"TO '{out / 'members.parquet'}'"
    )
    print(json.dumps({"seconds": seconds, "memory": memory}))


main(*sys.argv[1:])
