"""Makes evidence bundles: a bag with certificate, history and instructions to check it, as one folder or zip."""
