"""The steps, one file each. Their order stands in `accredit.exchange.exchange`; none imports another."""
