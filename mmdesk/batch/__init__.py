"""Many cases: a list of them, read by worker processes, into one table."""

SIZE = 64  # cases that a worker reads together
