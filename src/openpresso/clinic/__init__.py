"""The clinic: people, screening, consent, courses, bookings, measurements, outcomes and money.

`Clinic` opens the database; whoever acts does so at a `Desk`. Everything that can be done is an
`action`: a function with the roles that may do it, entered in the audit when it is done.
"""
