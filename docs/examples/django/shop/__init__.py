"""A shop whose users log in with Facebook, and whose API takes the tokens they get for it."""
