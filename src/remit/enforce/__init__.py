"""Between AWS's wire protocols and the engine: what a call is, and how it is refused."""
