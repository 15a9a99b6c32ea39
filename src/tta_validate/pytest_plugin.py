"""The pytest plugin; a test run that does not ask for it loads this module and nothing else of the package."""
