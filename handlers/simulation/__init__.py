"""Scripted customers who try a profile, its articles, prompts and models before real ones do."""
