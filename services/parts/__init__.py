"""Pieces that use cases are made of. Each works in the transaction it is given and never begins its own."""
