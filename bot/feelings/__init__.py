"""What is made of how customers feel: history, triggers that ring, reviews of readings."""
