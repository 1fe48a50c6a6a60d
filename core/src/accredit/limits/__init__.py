"""How much one caller may ask, and who a caller is where a proxy stands in front.

`caller` says from which address a request comes.
"""
