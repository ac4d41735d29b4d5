"""What a program is expected to do to a leg, before anybody wears it."""
