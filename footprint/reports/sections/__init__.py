"""The sections of a report for people; each is a function `(report, say) -> blocks`.

summary       key figures, the largest groups, what to know
totals        the lines of the totals, and the cost by part
groups        a row for each group
over_time     a row a day, week or month; when of the day energy is used
conservation  each device's books
completeness  of how many device-hours the energy is known, and what is missing
basis         boundary, factors, assumptions
missing       gaps and corrections

`footprint.reports.tables.SECTIONS` says which there are, in order.
"""
