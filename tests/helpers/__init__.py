"""Programs that the tests run, and developers by hand."""
