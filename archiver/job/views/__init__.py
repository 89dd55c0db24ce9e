"""What others see of a page that a job captures: a browser, and readers elsewhere."""
