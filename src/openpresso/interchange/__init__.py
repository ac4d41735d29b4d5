"""Formats of others, at the edge only: calendars."""
