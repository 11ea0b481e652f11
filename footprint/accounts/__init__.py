"""Accounts: from a ledger's facts to who used what.

timelines  what all writers saw of each device, as cells
entries    spans and folds of all writers, nested
book       a ledger's energy, booked: per entry, per device, per group
frames     the same as pandas frames
result     one span's footprint
opened     `open_ledger`
"""
