"""Bookings: rooms, cuff sets, opening hours, appointments, waiting list, calendar feeds.

An appointment holds four things at once: a client, a technician, a room and a cuff set. None of
the four can be held twice at one time; the database itself refuses it.
"""
