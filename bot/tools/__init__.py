"""What an agent may do. A file is a tool when it defines `tool`."""
