"""The device session against mosquitto: a real broker that is none of ours."""
