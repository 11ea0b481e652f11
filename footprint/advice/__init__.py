"""What the same work would have used elsewhere, at other times, or in another way."""
