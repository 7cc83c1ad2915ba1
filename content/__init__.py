"""What ships with Aigaq: catalogues, library, forms, report templates and a synthetic country."""
