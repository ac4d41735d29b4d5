"""What pages try on the twin: a process for slow work, and what it computes."""
