"""openpresso: an open system for pressotherapy (intermittent pneumatic compression)."""

__version__ = "0.1.0"
