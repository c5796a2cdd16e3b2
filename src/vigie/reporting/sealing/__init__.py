"""Signatures of a PDF: the key, the seal, and whether one holds."""
