"""Whatever comes in from outside, made up by hypothesis: `docs/architecture.md` says how."""
