"""AI systems by name: parameters, how they are served, and what their providers charge."""
