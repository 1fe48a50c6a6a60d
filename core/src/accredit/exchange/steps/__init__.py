"""The steps, one file each. Their order stands in `exchange/login.py` and `exchange/refresh.py`."""
