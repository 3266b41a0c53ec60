"""What `concierge eval` can score. A file is a kind when it defines `evaluation`."""
