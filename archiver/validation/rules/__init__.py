"""Every rule of validation: code, severity, section of the standard, message."""
