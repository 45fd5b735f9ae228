"""The Blynk device protocol over MQTT, without any knowledge of Home Assistant."""
