"""The practice's own programs: written, tried on the twin, released, and found by name."""
