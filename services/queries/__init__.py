"""The read side: SELECTs that return frozen dataclasses."""
