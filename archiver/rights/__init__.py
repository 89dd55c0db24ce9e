"""Who may be shown what of a bag: rules of the settings, and the one gate that is asked before anything is shown."""
