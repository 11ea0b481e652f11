"""Comparisons: two groups of a ledger, own hardware and an API, a plan and its outcome.

view       what a comparison says (immutable)
operands   what is compared, as it is written on the command line
selection  a selector's spans in a ledger
measured   a ledger's group as one side; reported: a report's group
groups     sides side by side; verdicts: whether they differ by more than noise
tokens     own hardware and APIs by the token; volumes: from what volume which is cheaper
plan       a prediction and its outcome
formats    text, JSON, Markdown, HTML
"""
