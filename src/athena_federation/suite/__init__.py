"""The suite behind `athena_federation.testing`: what each connector has to keep, one function per promise.

A check takes a Subject and raises Broken, or whatever error the connector failed with. Checks ask the connector
a few hundred times, so they are meant for a source on this machine that stands in for the real one.
"""

from __future__ import annotations

from collections.abc import Callable

from athena_federation.suite import rows, tables
from athena_federation.suite.capabilities import CAPABILITIES, kept_both_ways
from athena_federation.suite.subject import Subject

Check = Callable[[Subject], None]

CHECKS: tuple[Check, ...] = (
    tables.a_ping_is_answered_with_the_serde_that_is_spoken,
    tables.names_are_in_lower_case,
    tables.tables_are_listed_in_pages_each_once,
    tables.a_table_is_described_as_it_is_declared,
    tables.partition_columns_are_among_the_columns,
    tables.planning_asks_the_source_for_nothing,
    tables.no_partition_is_listed_twice,
    tables.splits_are_distinct_and_come_in_pages,
    rows.a_table_has_rows_or_a_reason_for_none,
    rows.rows_arrive_as_the_reader_gave_them,
    rows.rows_belong_to_their_partition,
    rows.two_reads_are_identical,
    rows.any_choice_of_columns_gives_the_same_cells,
    rows.rows_can_be_counted_without_a_column,
    rows.a_predicate_gives_what_a_filter_after_a_full_read_gives,
    rows.a_partition_that_may_hold_wanted_rows_is_never_left_out,
    rows.spilled_rows_are_the_same_rows,
    tables.an_unknown_table_is_refused_by_name,
    rows.an_unknown_column_is_refused_by_name,
    rows.no_secret_is_in_a_message,
    *(kept_both_ways(row) for row in CAPABILITIES),
)
"""Everything that the suite looks at, in the order in which a connector comes to be."""
