"""What Blynk Bridge costs, beside what else a user could pick: ratios, measured in one run."""
