"""People: the practice, its clients, its staff and what they are trained for."""
