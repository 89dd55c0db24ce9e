"""How a signer is named."""


def is_fingerprint(identity: str) -> bool:
    """Whether an identity is a SHA-256 fingerprint, which alone says whose certificate it is."""
    bare = identity.replace(":", "").lower()
    return len(bare) == 64 and not bare.strip("0123456789abcdef")
