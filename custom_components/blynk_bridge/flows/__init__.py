"""The flows: how an entry and its subentries are set up, changed and mended."""
