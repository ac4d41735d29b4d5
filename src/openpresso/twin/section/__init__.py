"""A leg cut across: how far the pressure on the skin reaches, by finite elements."""
