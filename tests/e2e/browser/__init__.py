"""A person at a browser: pages of Home Assistant and of the console, and pictures of them."""
