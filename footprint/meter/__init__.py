"""The meter: decides when each device is read, and turns reads into records of the ledger.

edges     finds the instants at which a counter that moves in steps has moved
counter   one device with such a counter, or with power only: a tracker
host      the CPU, its memory, and the tracked tree's share: a tracker
running   rough totals of what the meter writes, for what is said while a program runs
meter     one scheduler thread over the trackers, and a thread of its own for a slow one
"""
