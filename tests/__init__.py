"""The tests, mirroring the folders of the product."""
