"""What hassfest and the HACS action would say of this repository, without a network.

hassfest is part of Home Assistant's repository and of no package: these are checks of
our own after the same rules, and after those that both leave to a reviewer's eye.
"""

# First of all: it stands in for voluptuous, which the checks import by that name.
import homeassistant as homeassistant
