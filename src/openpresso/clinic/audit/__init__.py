"""The audit: who did or read what and when, in a chain that no row can be changed in unseen."""
