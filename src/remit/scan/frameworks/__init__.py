"""Web and event frameworks: which functions they deploy, and what their objects do."""
