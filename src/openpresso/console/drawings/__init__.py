"""Drawings of the pages: SVG from plain numbers."""
