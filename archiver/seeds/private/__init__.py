"""What seeds say of people and cases, set apart from what travels (docs/keep/private.md)."""
