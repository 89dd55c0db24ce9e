"""What a captured page says, who is credited for it, and how it relates to the seed."""
