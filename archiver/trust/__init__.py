"""Who vouches for a bag, and since when: signatures, timestamps and the custody log beside a sealed bag."""
