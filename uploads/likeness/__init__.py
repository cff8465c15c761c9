"""Finds a photo that was handed in before, whatever was done to it; see docs/photos-reuse.md for what was measured.

Two stages: `words` and `whole` turn a picture into whole numbers that a database can look up among ten million
photos; `compare` then lays two pictures over each other, and only what it says may be held against anyone.
Loads OpenCV and numpy: only the looking process (`uploads.looker` starts it) and benches import it.
"""
