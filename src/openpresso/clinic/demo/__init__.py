"""A made-up clinic, so that every page and report has something true to show.

Its people are drawn by the twin; their legs answer as the twin computes, their complaints as the
labelled priors say. All of it is marked synthetic.
"""
