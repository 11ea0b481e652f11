"""Corrections: entries that say how what was recorded is to be read. Nothing is edited.

correction   what one says, as it stands in a ledger
journals     how one is put into a ledger, and which a ledger has
active       which of them hold: a correction can itself be voided
chosen       which calls of a writer one is about
calls        one writer's calls, corrected
readings     one writer's readings without those that are void
apply        a ledger's facts, corrected; what became of each correction
did          what corrections did, as counts that add up
effects      the same from few columns of rows, and which stretches of time they touch
scan         the same of a ledger, without the rows of its sealed segments
"""
