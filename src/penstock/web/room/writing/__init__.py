"""Mailings being written: four steps, freely walked, saved as one types."""
