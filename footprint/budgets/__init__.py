"""Budgets: what a period's work may use, from a file; and what this process may, while it runs.

figures    what can be limited: the literal table of figures and of what they are for one of
periods    `2026-Q4` and the like as instants
entries    a budget and its limits, as they were read
read       from `budget.toml` to entries; every mistake is one line; values: one by one
doubles    budgets that limit the same work twice
parts      the groups of a report that a budget is about, and what they come to
baseline   the same figures of a report that was kept
judge      from a figure and its limit to a state
seen       what a ledger knows of at all, for budgets that nothing matches
make       `check_budgets`: reads, reports once a period, judges
view       what a check says (immutable)
speech     the same in words, in a language; page: as tables and lists of text
formats    the literal list of formats; `as_*` renders one each
limits     limits of a running process: what is allowed, and what is said when it is over
"""
