"""The subcommands of `concierge`. A file is one when it defines `command`."""
