"""Names of people, news agencies and job titles."""
