"""The sections of a report for people; each is a function `(report, say) -> blocks`.

summary       key figures, the largest groups, what to know
totals        the lines of the totals, and the cost by part
groups        a row for each group, and how its energy came about
conservation  each device's books
basis         boundary, factors, assumptions
missing       gaps and corrections

`footprint.reports.tables.SECTIONS` says which there are, in order.
"""
