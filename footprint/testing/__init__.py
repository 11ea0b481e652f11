"""The pytest plugin: energy, carbon and cost of tests."""
