"""Spans: what the tracked program does, recorded at almost no cost to it.

runtime   the state that the hot path touches, and nothing else
site      what a function or block declared, and its paths
track     the decorator
measure   the block, the current span, propagation to threads
session   the threads behind it: drains the buffer, meters, writes the ledger
"""
