"""Prices, and what a booking needs to be right. Deterministic, exact, free of models."""
