"""Consent: versioned texts by purpose, and what each client decided about them."""
