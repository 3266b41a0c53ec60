"""Trains the emotion model (`make train-emotion`); the service itself imports nothing of it."""
