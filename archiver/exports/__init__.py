"""What bags say, in the forms of those who work with it: spreadsheets, reference managers, library catalogues."""
