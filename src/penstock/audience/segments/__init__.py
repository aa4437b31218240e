"""Segments: conditions that say who is meant, as text and as JSON, and what they are in SQL."""
