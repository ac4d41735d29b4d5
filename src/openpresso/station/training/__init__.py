"""A station of its own whose cuffs are twins and whose time runs as fast as it is told."""
