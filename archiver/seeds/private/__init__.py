"""What seeds say of people and cases, set apart from what travels (docs/private.md)."""
