"""Evidence that stands without this server: days sealed into trees, packages, and their verification."""
