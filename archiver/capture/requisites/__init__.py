"""What a page needs to be shown: found in documents and style sheets, and fetched."""
