"""What the concierge is and decides: nouns, rules, storage and agents. Knows no channel vendor."""
