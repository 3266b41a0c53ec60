"""HTTP in, HTTP out, and the command line. Thin: verify, parse, record, answer."""
