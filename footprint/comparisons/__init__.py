"""Comparisons: two groups of a ledger, own hardware and an API, a plan and its outcome.

view       what a comparison says (immutable)
operands   what is compared, as it is written on the command line
selection  a selector's spans in a ledger
measured   one side; sides: those of a ledger (counting, samples); reported: a report's group
hourly     what is known of calls on compacted dates
metrics    what was measured elsewhere
groups     sides side by side; verdicts: whether they differ by more than noise
tokens     own hardware and APIs by the token; served, machine, terms: each side
plan       a prediction and its outcome
make       from what was written to a comparison
formats    text, JSON, Markdown, HTML; tables, speech, wording and chart are what they share
"""
