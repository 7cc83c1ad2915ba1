"""Templates of reports and their labels; the application fills them."""
