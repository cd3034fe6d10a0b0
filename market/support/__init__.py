"""What long-running processes share: how a failure is told, and tasks that end together."""
