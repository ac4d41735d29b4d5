"""Evidence: for each indication what is claimed, what was found, and what to try first."""
