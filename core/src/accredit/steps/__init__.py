"""The steps of one exchange, one file each. Their order stands in `accredit.exchange`; none imports another."""
