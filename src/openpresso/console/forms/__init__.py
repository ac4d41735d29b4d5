"""Forms of the pages: what they ask, and what was typed as the clinic reads it."""
