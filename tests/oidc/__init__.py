"""OpenID servers that are not ours, on loopback: logins at their own pages, and then through Accredit."""
