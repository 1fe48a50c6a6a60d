"""The HTTP endpoints around the exchange, one file each."""
