"""The integration's actions: a file for what each group of them is about."""
