"""What a person sees of records and bags."""
