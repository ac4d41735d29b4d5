"""The API: every action of the clinic's register over HTTP, made from the register itself.

The way through: `hints` reads what an action takes and gives, `taken` and `given` make the forms of
it, `operation` runs one, `router` gives them addresses, `document` describes them. Nothing here
decides who may do what: that is the action's own.
"""
