"""The AI roles. A file is an agent when it defines `agent`."""
