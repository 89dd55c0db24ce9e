"""What a page states about itself: headline, dates, authors, publisher, licence, each with its source."""
