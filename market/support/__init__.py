"""Helpers of long-running processes: failure reports, a circuit breaker and task groups."""
