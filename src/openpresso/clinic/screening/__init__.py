"""Screening: questions and rules as data, what follows from answers, and how a client stands.

It is a checklist for a person, who decides; it is no diagnosis.
"""
