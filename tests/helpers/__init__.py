"""Programs that the tests and their makers use."""
