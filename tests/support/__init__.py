"""What tests of several rooms share; importable because pytest's pythonpath is tests/."""
