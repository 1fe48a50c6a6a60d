"""Moving in: read who is linked to what from the tables of other packages, and enter it into a storage of ours."""
