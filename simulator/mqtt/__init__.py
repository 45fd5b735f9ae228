"""MQTT 3.1.1 and 5 as a server sees them: packets, and the codec between them and bytes.

An own codec, after trying the two at hand. amqtt 0.12.1 (3.1.1 only) wants an asyncio reader per
packet, turns an invalid UTF-8 topic into the text of its repr, takes an empty SUBSCRIBE, wrong
reserved bits and a missing password for good, and invents client ids. moat-lib-mqtt 0.8.7 (5 only)
answers a truncated packet with RuntimeError, an endless length with "wait for more", and a bad topic
filter with a broken connection where Blynk may answer SUBACK; it cannot send DISCONNECT 0x8D and
refuses Request Response Information. Serving both versions would have meant two packet models under
a third one. The tests hold this codec against both of them and against two clients.
"""
