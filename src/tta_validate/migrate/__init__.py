"""Turns conda, requirements and Poetry projects into uv projects."""
