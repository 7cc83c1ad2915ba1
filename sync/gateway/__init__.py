"""The gateway: what tablets may ask for, each request mapped to calls of our own."""
