"""tta-validate: checks LLM call sites, cost, uv lockfiles and recorded API tests before merge."""

__version__ = "0.1.0"
