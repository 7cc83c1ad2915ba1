"""Document stores: one contract, and the stores that keep it."""
