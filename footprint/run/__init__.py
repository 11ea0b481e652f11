"""`footprint run` and `footprint meter`: metering from outside a program.

program    a program's whole process tree as one run, without the program noticing
children   the program starts at once, with all that is ours
relay      signals, stops and exit codes pass through
tally      running totals, for the progress line and for very long runs
progress   the line on a terminal
budget     the budgets that a program is held against, while it runs and at its end
summary    what it used, in a few lines
service    a host metered without a program
"""
