"""A soak: days of a house, its owner, its app and a bad line, in accelerated time."""
