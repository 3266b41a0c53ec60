"""Small stand-ins for the vendors and the playground, spoken to over real HTTP."""
