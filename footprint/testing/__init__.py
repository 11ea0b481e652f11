"""The pytest plugin: energy, carbon and cost of tests (docs/how-to/test-budgets.md).

plugin     what pytest loads in every run: options, the marker, the fixture; nothing slow
options    what was asked for; marks: what a test's markers say
runner     where tests run: a span around each call, repetitions, limits
recording  this process's spans of tests, in one ledger
fixture    what a test is given
figures    what tests used; reading: from the ledger to that; owners: whose entry is whose
judging    a figure against a limit
desk       where reports arrive: the session's figures, the summary, files
document   sessions as JSON; baseline: earlier ones
changes    what differs from the baseline by more than noise; unrest: the machine's part of it
summary    the lines at the terminal
"""
