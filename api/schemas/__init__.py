"""What goes in and out over HTTP: `base` holds the fields, `made` makes answer schemas from dataclasses."""
