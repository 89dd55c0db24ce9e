"""How the page relates to the seed, paragraph by paragraph."""
