"""A photo’s way in: decode safely, take facts, make renditions, store."""
