"""Platform order files in, evidence packs out."""
