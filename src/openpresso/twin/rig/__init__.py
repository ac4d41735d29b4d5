"""The twin's pneumatics under a controller of its own: the firmware on a computer."""
