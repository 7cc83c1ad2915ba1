"""The read model: documents into SQL, one module per family of tables."""
