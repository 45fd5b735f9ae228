"""The integration's actions, against the simulator."""
