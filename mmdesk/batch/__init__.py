"""Many cases: a list of them, read by worker processes, into one table."""
