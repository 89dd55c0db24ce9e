"""What is run by hand or by make: documentation, pictures, and files that later versions read."""
