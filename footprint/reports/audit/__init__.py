"""What an auditor asks of a report beside its figures.

organisation, form     organisation.toml: who the report is of, and what of it it covers
exclusions             what is left out, and what an auditor will miss
restated               the base year: as reported, as of today, and why
made, recipe           what made a report, as it says so and as it is read again
privacy, texts         names of hosts and users, kept, hashed or dropped in every text
attached               puts all of these with a report that was worked out
documents              reports that were kept: JSON, HTML, PDF
replay, changed, differences, verdict    a report made again, and what differs
scopes, instruments, tier_mix, esrs, units, prices, figures    GHG scopes, SCI, ESRS datapoints
series, calendar, cuts, hours            figures over time
coverage, missing, service, runs         how complete the books are
"""
