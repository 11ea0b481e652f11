"""What is there, and how well it works: `footprint doctor` and `footprint ledger info`.

doctor      each probe and device, what is missing, and what to do about it
trial       a device read for a second: its period, its latency, its power
place       the settings in effect, and where a ledger would be written
inventory   what is in a ledger
"""
