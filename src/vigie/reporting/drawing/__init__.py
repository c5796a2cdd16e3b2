"""Figures become charts, HTML and a tagged PDF, in processes with limits."""
