"""Where the clinic is kept: columns, tables, the engine and its migrations."""
