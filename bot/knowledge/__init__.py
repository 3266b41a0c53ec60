"""The articles the concierge may cite, and how a passage is found."""
