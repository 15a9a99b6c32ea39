"""What recorded traffic cost, and what it would have cost with a cache, a cheaper model, or bounded retries."""
