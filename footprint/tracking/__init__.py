"""Spans: what the tracked program does, recorded at almost no cost to it.

runtime    the state that the hot path touches, and nothing else
site       what a function or block declared, and its paths
track      the decorator
measure    the block, the current span, propagation to threads
api        calls of somebody else's model
limits     what this process may use from here on; spending and watch: what it used, and who looks
session    this process's session: made, configured, forked, ended
recorder   a session: its thread, the meter beside it, the journal behind it
drain      from the buffer to the ledger's writer
origin     who a writer is, and what is recorded of its process
"""
