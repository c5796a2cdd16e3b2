"""The demonstration: a shop with scripted faults, its catalogue, and a month of made-up results."""
