"""From a number of a report down to its factors, spans and readings."""
