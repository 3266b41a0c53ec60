"""One file a channel: verify, parse, render, send, receipts. Knows vendors, decides nothing."""
