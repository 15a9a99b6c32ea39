"""What a uv.lock says: whether it is fresh, whole and honest, and what a change does to it."""
