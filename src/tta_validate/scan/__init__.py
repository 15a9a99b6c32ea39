"""Facts of statements: cached, and read in processes that can be killed."""
