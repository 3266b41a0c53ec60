"""Reasons to write to a customer unasked, a file each: what it follows on, when, and until when."""
