"""The console: what the technician sees and touches, in a browser.

It is a view. The clinic keeps people, courses and bookings; the station owns the cuffs; neither
waits for the console.
"""
