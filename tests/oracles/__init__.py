"""Slow, plain readings of the rules, written apart from the product, which the product is compared with."""
