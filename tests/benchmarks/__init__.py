"""What footprint costs and how right it is, side by side with its peers (see run.py)."""
