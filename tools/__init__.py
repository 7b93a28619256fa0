"""Programs for developers: benchmarks, the demo corpus, pictures for the documentation."""
