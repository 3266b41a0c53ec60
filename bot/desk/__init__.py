"""What people at the desk do: hold conversations, speak, plan and teach. Knows no vendor."""
