"""Several tablets against the real gateway, through every kind of trouble that a seed can think of."""
