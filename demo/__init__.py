"""The demo: a local Blynk.Cloud and a real Home Assistant with a small home, joined by Blynk Bridge."""
