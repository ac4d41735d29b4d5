"""The twin against published measurements: the rows as frozen data, how each is run, the page."""
