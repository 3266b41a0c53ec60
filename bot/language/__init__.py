"""What local models and rules read from a text."""
