"""JSON Schemas and profiles, read by writers and validators alike."""
